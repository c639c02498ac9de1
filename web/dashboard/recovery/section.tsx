import { useWords } from '../language.tsx';
import { SecureOnly } from '../open-vault/gate.tsx';
import { Heading } from '../ui/heading.tsx';
import { Owners } from './owners.tsx';
import { PendingRestore } from './pending-restore.tsx';
import { Trustees } from './trustees.tsx';
import { dictionary } from './words.ts';

export default function Recovery() {
  const words = useWords(dictionary);
  return (
    <>
      <Heading title={words.title} lead={words.lead} />
      <SecureOnly>
        <PendingRestore />
        <Trustees />
        <Owners />
      </SecureOnly>
    </>
  );
}
