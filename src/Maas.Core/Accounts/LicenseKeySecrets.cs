using Maas.Core.Configuration;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>Encrypts licence keys in the store. A key is of use in the record of its own series only.</summary>
internal static class LicenseKeySecrets
{
    /// <summary>How licence keys are stored.</summary>
    public static RecordSecrets<LicenseKey> With(SecretCipher cipher) => new(
        key => key with { Key = cipher.Protect(key.Key, PlaceOf(key)) },
        key => key with { Key = cipher.Unprotect(key.Key, PlaceOf(key)) });

    /// <summary>Encrypts the keys that were stored before there was a key to encrypt them with.</summary>
    public static async Task ProtectAsync(
        IRecordStore records, SecretCipher cipher, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stored = await records.ListAsync(new RecordQuery<LicenseKey>(ConfigurationTables.LicenseKeys), cancellationToken)
            .ConfigureAwait(false);
        RecordChange[] changes =
        [
            .. stored.Where(key => cipher.IsInTheClear(key.Key))
                .Select(key => new RecordChange.Update(ConfigurationTables.LicenseKeys, With(cipher).Close(key))),
        ];
        if (changes.Length == 0) return;
        try
        {
            // Unless it is saved, another process has changed them, and encrypts them.
            await records.SaveAsync(new RecordBatch { At = now, Changes = changes }, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFullException)
        {
            // They stay as they are until the next start: a server with a full disk must start, so that it can be emptied.
        }
    }

    private static string PlaceOf(LicenseKey key) => $"license-key/{key.OsSystem}/{key.DistroSeries}";
}
