import { useClient, useLoad } from '../api.ts';
import { useFormats, useWords } from '../language.tsx';
import { useSession } from '../session.ts';
import { Facts } from '../ui/facts.tsx';
import { LoadedView } from '../ui/states.tsx';
import { dictionary } from './words.ts';

/** The org's storage limits. Only the server's administrator can change them, through the API. */
export function Terms() {
  const words = useWords(dictionary);
  const client = useClient();
  const { orgId } = useSession().user;
  const { number, bytes } = useFormats();
  const loaded = useLoad(
    async (signal) => {
      const [plan, storage] = await Promise.all([
        client.call('admin.getPlan', { params: { orgId }, signal }),
        client.call('admin.getStorage', { params: { orgId }, signal }),
      ]);
      return { ...plan.body, ...storage.body };
    },
    [client],
  );
  return (
    <section class="card" aria-labelledby="terms-title">
      <h2 id="terms-title">{words.terms}</h2>
      <p>{words.termsLead}</p>
      <LoadedView loaded={loaded}>
        {({ key, maxRecords, maxKeyPlusValueBytes, maxFiles, maxFileSizeBytes, provider }) => (
          <Facts
            facts={[
              [words.orgId, <code key="org">{orgId}</code>],
              [words.plan, key],
              [words.maxRecords, number(maxRecords)],
              [words.maxRecordBytes, bytes(maxKeyPlusValueBytes)],
              [words.maxFiles, number(maxFiles)],
              [words.maxFileBytes, bytes(maxFileSizeBytes)],
              [words.storage, words[provider]],
            ]}
          />
        )}
      </LoadedView>
    </section>
  );
}
