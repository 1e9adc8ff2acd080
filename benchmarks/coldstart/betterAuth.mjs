import { betterAuth } from 'better-auth';
import { betterAuthWith } from './betterAuthWith.mjs';

export const { prepare, answer } = betterAuthWith(betterAuth, 'betterAuth');
