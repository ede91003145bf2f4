using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>The users' X.509 certificates.</summary>
public sealed class SslKeys
{
    private const int Longest = 16 * 1024;
    private readonly StoreQuotas _quotas;

    internal SslKeys(IRecordStore store, StoreQuotas quotas, TimeProvider timeProvider)
    {
        _quotas = quotas;
        Records = new RecordSet<SslKey>(
            store,
            AccountTables.SslKeys,
            new RecordRules<SslKey>
            {
                Noun = "SSLKey",
                NameOf = key => $"{key.Id}",
                NeedsId = true,
                AlreadyExists = _ => "This key has already been added for this user.",
                Load = _ => Task.FromResult(new RecordContext<SslKey>
                {
                    Check = async (key, before, token) => Check(key.Key)
                        ?? (before is null ? await CheckQuotaAsync(key.UserId, token).ConfigureAwait(false) : null),
                }),
            },
            timeProvider);
    }

    /// <summary>The certificates of all users.</summary>
    public RecordSet<SslKey> Records { get; }

    /// <summary>A user's certificates, by id.</summary>
    /// <param name="userId">The id of the user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<SslKey>> ListAsync(long userId, CancellationToken cancellationToken = default) =>
        Records.ListAsync(
            new RecordQuery<SslKey>(AccountTables.SslKeys) { Where = [RecordCondition.Is("user", userId)] }, cancellationToken);

    private async ValueTask<(string Field, string Reason)?> CheckQuotaAsync(long userId, CancellationToken cancellationToken) =>
        (await ListAsync(userId, cancellationToken).ConfigureAwait(false)).Count < _quotas.SslKeysPerUser ? null
            : throw new QuotaExceededException($"A user has at most {_quotas.SslKeysPerUser} SSL keys. Delete one first.");

    private static (string Field, string Reason)? Check(string pem)
    {
        if (pem.Length == 0) return ("key", FormMessages.Required);
        if (pem.Length > Longest) return ("key", FormMessages.TooLong(pem, Longest));
        // Machines receive the text as it is: a private key in it would be given away.
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
            return ("key", "Invalid SSL key: send the certificate without its private key.");
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return null;
        }
        catch (CryptographicException)
        {
            return ("key", "Invalid SSL key.");
        }
    }
}
