import { StrongroomError } from '../../../client/index.ts';
import { useWords } from '../language.tsx';
import { dictionary } from './words.ts';

/**
 * Returns a function that turns `INVALID_CREDENTIALS` into an error about the password. At sign-in the email address
 * may be wrong as well; here only the password can be.
 */
export function usePasswordCheck(): <T>(call: Promise<T>) => Promise<T> {
  const words = useWords(dictionary);
  return (call) =>
    call.catch((error: unknown) => {
      const isWrong = error instanceof StrongroomError && error.code === 'INVALID_CREDENTIALS';
      throw isWrong ? new Error(words.wrongPassword) : error;
    });
}
