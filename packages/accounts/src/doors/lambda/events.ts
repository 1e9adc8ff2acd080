/** Headers or query parameters with one value each. */
export type OneValue = Readonly<Record<string, string | undefined>> | null;
/** Headers or query parameters with all of their values. */
export type ManyValues = Readonly<Record<string, readonly string[] | undefined>> | null;

/** What the events of all triggers may have. */
interface EventBase {
  readonly headers?: OneValue;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** Event of an HTTP API (payload format 2.0) or a function URL. */
export interface HttpApiEvent extends EventBase {
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly cookies?: readonly string[] | null;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly sourceIp?: string };
    readonly domainName?: string;
    readonly stage?: string;
  };
}

/** What the events of REST APIs and load balancers have. */
interface ProxyEvent extends EventBase {
  readonly httpMethod: string;
  readonly path: string;
  readonly multiValueHeaders?: ManyValues;
  readonly queryStringParameters?: OneValue;
  readonly multiValueQueryStringParameters?: ManyValues;
}

/** Event of a REST API, or of an HTTP API with payload format 1.0. */
export interface RestApiEvent extends ProxyEvent {
  readonly requestContext?: {
    readonly identity?: { readonly sourceIp?: string };
    readonly domainName?: string;
    readonly stage?: string;
    readonly path?: string;
  };
}

/** Event of an Application Load Balancer. */
export interface AlbEvent extends ProxyEvent {
  readonly requestContext: { readonly elb: object };
}

/** Event of a trigger that brings a request over HTTP; those of `@types/aws-lambda` are such. */
export type LambdaEvent = AlbEvent | HttpApiEvent | RestApiEvent;

/** An event, told apart. */
export type KnownEvent =
  | { readonly trigger: 'http'; readonly event: HttpApiEvent }
  | { readonly trigger: 'rest'; readonly event: RestApiEvent }
  | { readonly trigger: 'alb'; readonly event: AlbEvent };

/**
 * Tells by its shape which trigger an event is from.
 *
 * @throws TypeError for an event that brings no request over HTTP.
 */
export function knownEvent(event: LambdaEvent): KnownEvent {
  const given = (event as Partial<LambdaEvent> | null | undefined) ?? {};
  const context: object = given.requestContext ?? {};
  if ('http' in context) return { trigger: 'http', event: event as HttpApiEvent };
  if ('elb' in context) return { trigger: 'alb', event: event as AlbEvent };
  if ('httpMethod' in given) return { trigger: 'rest', event: event as RestApiEvent };
  throw new TypeError(
    'The event brings no HTTP request: it must come from an API Gateway HTTP or REST API, a function URL or an Application Load Balancer.',
  );
}
