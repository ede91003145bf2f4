using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryTokenStore(InMemoryDatabase database) : ITokenStore
{
    public Task<MachineToken?> GetOrCreateAsync(MachineToken fresh, CancellationToken cancellationToken) =>
        database.WriteAsync(state => GetOrCreate(state, fresh), cancellationToken);

    public Task<MachineToken?> GetAsync(SystemId machine, CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.MachineTokens.GetValueOrDefault(machine), cancellationToken);

    public Task<MachineToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken) => database.ReadAsync(
        state => state.MachineTokens.Values.FirstOrDefault(token => token.TokenKey == tokenKey && token.ConsumerKey == consumerKey),
        cancellationToken);

    public Task<bool> AddBootTokenAsync(
        byte[] hash, StoredBootToken token, int most, DateTimeOffset expired, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var tokens = state.BootTokens.RemoveRange(state.BootTokens.Where(row => row.Value.Issued < expired).Select(row => row.Key));
            if (!state.Machines.ContainsKey(token.MachineId)) return (state with { BootTokens = tokens }, false);
            var older = tokens.Where(row => row.Value.MachineId == token.MachineId).OrderByDescending(row => row.Value.Issued);
            tokens = tokens.RemoveRange(older.Skip(most - 1).Select(row => row.Key)).Add(Convert.ToHexString(hash), token);
            return (state with { BootTokens = tokens }, true);
        },
        cancellationToken);

    public Task<BootTokenResult> RedeemAsync(BootTokenRedemption redemption, CancellationToken cancellationToken) =>
        database.WriteAsync(state => Redeem(state, redemption), cancellationToken);

    private (InMemoryState Next, BootTokenResult Result) Redeem(InMemoryState state, BootTokenRedemption redemption)
    {
        var hash = Convert.ToHexString(redemption.Hash);
        var token = state.BootTokens.GetValueOrDefault(hash);
        if (redemption.Refuse(token) is { } reason) return (state, new BootTokenResult.Refused(reason));
        if (token is null || !state.Machines.TryGetValue(token.MachineId, out var machine))
            return (state, new BootTokenResult.Refused("There is no such boot token."));
        var used = token with { Used = token.Used ?? redemption.Now, Address = token.Address ?? redemption.Address };
        state = state with { BootTokens = state.BootTokens.SetItem(hash, used) };
        if (StoreRules.CheckIn(machine, redemption) is { } change) (state, _) = MachineSave.Apply(state, change, database.Limits);

        (state, var own) = GetOrCreate(state, redemption.Draw(token.MachineId));
        return (state, new BootTokenResult.Accepted(own!)); // the machine exists
    }

    private static (InMemoryState Next, MachineToken? Token) GetOrCreate(InMemoryState state, MachineToken fresh)
    {
        if (!state.Machines.ContainsKey(fresh.MachineId)) return (state, null);
        if (state.MachineTokens.TryGetValue(fresh.MachineId, out var present)) return (state, present);
        if (state.MachineTokens.Values.Any(token => token.TokenKey == fresh.TokenKey))
            throw new InvalidOperationException("The token key is not unique.");
        return (state with { MachineTokens = state.MachineTokens.Add(fresh.MachineId, fresh) }, fresh);
    }
}
