export { useSession, type SessionView } from './useSession.js';
