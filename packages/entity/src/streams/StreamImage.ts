/**
 * One attribute of an image, either from a Lambda event, with binary values as base64 text, or from
 * the SDK's DynamoDB Streams client, with binary values as bytes.
 */
export interface StreamAttribute {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly B?: string | Uint8Array | undefined;
  readonly SS?: readonly string[] | undefined;
  readonly NS?: readonly string[] | undefined;
  readonly BS?: readonly (string | Uint8Array)[] | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NULL?: boolean | undefined;
  readonly M?: StreamImage | undefined;
  readonly L?: readonly StreamAttribute[] | undefined;
}

/** The image of a record of a DynamoDB stream: its `NewImage` or its `OldImage`. */
export type StreamImage = Readonly<Record<string, StreamAttribute>>;
