/** Headers or query parameters with one value each. */
export type OneValue = Readonly<Record<string, string | undefined>> | null;
/** Headers or query parameters with all of their values. */
export type ManyValues = Readonly<Record<string, readonly string[] | undefined>> | null;

/** Fields that events of any trigger may have. */
interface EventBase {
  readonly headers?: OneValue | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

/** Event of an HTTP API (payload format 2.0) or a function URL. */
export interface HttpApiEvent extends EventBase {
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly cookies?: readonly string[] | null | undefined;
  readonly requestContext: {
    readonly http: { readonly method: string; readonly sourceIp?: string | undefined };
    readonly domainName?: string | undefined;
    readonly stage?: string | undefined;
  };
}

/** Fields of the events of REST APIs and load balancers. */
interface ProxyEvent extends EventBase {
  readonly httpMethod: string;
  readonly path: string;
  readonly multiValueHeaders?: ManyValues | undefined;
  readonly queryStringParameters?: OneValue | undefined;
  readonly multiValueQueryStringParameters?: ManyValues | undefined;
}

/** Event of a REST API, or of an HTTP API with payload format 1.0. */
export interface RestApiEvent extends ProxyEvent {
  readonly requestContext?: {
    readonly identity?: { readonly sourceIp?: string | undefined } | undefined;
    readonly domainName?: string | undefined;
    readonly stage?: string | undefined;
    readonly path?: string | undefined;
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
  const given: unknown = event;
  const fields = typeof given === 'object' && given !== null ? given : {};
  const { requestContext: context }: { readonly requestContext?: unknown } = fields;
  const kind = typeof context === 'object' && context !== null ? context : {};
  if ('http' in kind) return { trigger: 'http', event: event as HttpApiEvent };
  if ('elb' in kind) return { trigger: 'alb', event: event as AlbEvent };
  if ('httpMethod' in fields) return { trigger: 'rest', event: event as RestApiEvent };
  throw new TypeError(
    'The event brings no HTTP request: it must come from an API Gateway HTTP or REST API, a function URL or an Application Load Balancer.',
  );
}
