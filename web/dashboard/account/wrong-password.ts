import { StrongroomError } from '../../../client/index.ts';
import { useWords } from '../language.tsx';
import { dictionary } from './words.ts';

/** At a sign-in the e-mail address may be wrong as well; here only the password can be. */
export function useConfirmed(): <T>(call: Promise<T>) => Promise<T> {
  const words = useWords(dictionary);
  return (call) =>
    call.catch((error: unknown) => {
      const isWrong = error instanceof StrongroomError && error.code === 'INVALID_CREDENTIALS';
      throw isWrong ? new Error(words.wrongPassword) : error;
    });
}
