export { totp } from './totp.js';
export type { EncryptionKey } from './prepareEncryptionKeys.js';
export type { TotpEnrolment } from './enrolTotp.js';
export type { TwoFactor, TwoFactorPart } from './TwoFactor.js';
export type {
  ConfirmedTwoFactor,
  ConfirmTwoFactorInput,
  DisableTwoFactorInput,
  EnrolTwoFactorInput,
  TwoFactorLoginInput,
  TwoFactorStatus,
} from './twoFactorInputs.js';
export type { TwoFactorOptions } from './twoFactorSettings.js';
