import { betterAuth } from 'better-auth/minimal';
import { betterAuthWith } from './betterAuthWith.mjs';

export const { prepare, answer } = betterAuthWith(betterAuth, 'betterAuthMinimal');
