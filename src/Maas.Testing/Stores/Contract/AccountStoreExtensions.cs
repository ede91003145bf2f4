using Maas.Core.Accounts;

namespace Maas.Testing.Stores.Contract;

internal static class AccountStoreExtensions
{
    extension(IAccountStore accounts)
    {
        /// <summary>Adds one key.</summary>
        public async Task<SshKey?> AddSshKeyAsync(string owner, string key, string? source, CancellationToken cancellationToken) =>
            (await accounts.AddSshKeysAsync(owner, [key], source, cancellationToken).ConfigureAwait(false))?.Single();
    }
}
