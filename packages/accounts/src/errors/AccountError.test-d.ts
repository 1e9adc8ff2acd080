import { expectTypeOf } from 'expect-type';
import { AccountError, type AnyAccountError } from './AccountError.js';
import type { AccountErrorCode } from './accountErrorCodes.js';

declare const caught: unknown;

if (AccountError.is(caught)) {
  expectTypeOf(caught).toEqualTypeOf<AnyAccountError>();
  expectTypeOf(caught.code).toEqualTypeOf<AccountErrorCode>();
  // Before the code is known, there is no path to rely on.
  expectTypeOf(caught.details).not.toHaveProperty('path');
  if (caught.code === 'InvalidInput') {
    expectTypeOf(caught.details.path).toEqualTypeOf<string>();
    expectTypeOf(caught.details.reason).toEqualTypeOf<string>();
  }
  if (caught.code === 'PasswordTooShort') {
    expectTypeOf(caught.details.minLength).toEqualTypeOf<number>();
    expectTypeOf(caught.details).not.toHaveProperty('maxLength');
  }
}

// The details that the constructor asks for belong to the code.
type DetailsOf<C extends AccountErrorCode> = ConstructorParameters<typeof AccountError<C>>[1];
expectTypeOf<DetailsOf<'SecretTooShort'>>().toEqualTypeOf<{ readonly minBytes: number }>();
expectTypeOf<DetailsOf<'EmailAlreadyExists'>>().toEqualTypeOf<{ readonly path: string }>();
