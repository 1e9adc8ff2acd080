export { SelfService } from './SelfService.js';
export type {
  ActivateInput,
  FlatProfile,
  RememberMe,
  ResendActivationInput,
  SessionPreferences,
  SignedInUser,
  SignInInput,
  SignUpInput,
  UpdateUserInput,
  User,
  VerifiedUser,
} from './selfServiceInputs.js';
