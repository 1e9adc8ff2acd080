import * as z from 'zod';

/**
 * A phone number in E.164 form: `+`, country code and number, 7 to 15 digits, nothing between.
 *
 * @example
 * ```ts
 * import { phoneNumber } from '@latchkey/schema';
 *
 * console.log(phoneNumber.safeParse('+4930123456').success); // true
 * ```
 */
export const phoneNumber = z
  .string()
  .max(16, { abort: true })
  .regex(/^\+[1-9]\d{6,14}$/, { error: 'not a phone number in E.164 form' });
