import { Account, Session } from '@latchkey/schema';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { expectTypeOf } from 'expect-type';
import type { Document } from '../entity/inputs.js';
import type { Table } from '../table/Table.js';
import { type AnyDocumentImage, readImage } from './readImage.js';
import type { StreamImage } from './StreamImage.js';

declare const table: Table;
declare const image: StreamImage;

const read = readImage(table, image, [Account, Session]);
expectTypeOf(read).toEqualTypeOf<
  | { readonly entity: 'Account'; readonly document: Document<typeof Account> }
  | { readonly entity: 'Session'; readonly document: Document<typeof Session> }
  | null
>();

if (read?.entity === 'Account') {
  expectTypeOf(read.document.username).toEqualTypeOf<string | undefined>();
}
if (read?.entity === 'Session') {
  expectTypeOf(read.document.valid).toEqualTypeOf<boolean>();
  expectTypeOf(read.document).not.toHaveProperty('token');
}
// @ts-expect-error -- no such entity was asked for
if (read?.entity === 'Order') throw new Error();

expectTypeOf(readImage(table, image)).toEqualTypeOf<AnyDocumentImage | null>();

// As `@types/aws-lambda` has it, and as the SDK does.
interface LambdaAttribute {
  B?: string | undefined;
  BS?: string[] | undefined;
  BOOL?: boolean | undefined;
  L?: LambdaAttribute[] | undefined;
  M?: Record<string, LambdaAttribute> | undefined;
  N?: string | undefined;
  NS?: string[] | undefined;
  NULL?: boolean | undefined;
  S?: string | undefined;
  SS?: string[] | undefined;
}
declare const ofLambda: Record<string, LambdaAttribute> | undefined;
declare const ofSdk: Record<string, AttributeValue> | undefined;
readImage(table, ofLambda, [Account]);
readImage(table, ofSdk, [Account]);
