using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;

namespace Maas.Testing.Stores.Contract;

internal sealed class TokenStoreContract : StoreCases
{
    private ITokenStore Tokens => Store.Tokens;

    public async Task A_machine_gets_one_token()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        Expect.Equal(null, await Tokens.GetAsync(machine.Id, Token).ConfigureAwait(false));

        var first = await Tokens.GetOrCreateAsync(TokenOf(machine.Id, 1), Token).ConfigureAwait(false);

        Expect.Equal(TokenOf(machine.Id, 1), first);
        Expect.Equal(first, await Tokens.GetOrCreateAsync(TokenOf(machine.Id, 2), Token).ConfigureAwait(false));
        Expect.Equal(first, await Tokens.GetAsync(machine.Id, Token).ConfigureAwait(false));
        Expect.Equal(first, await Tokens.FindAsync("consumer1", "token1", Token).ConfigureAwait(false));
        Expect.Equal(null, await Tokens.FindAsync("consumer2", "token1", Token).ConfigureAwait(false));
        Expect.Equal(null, await Tokens.FindAsync("consumer1", "TOKEN1", Token).ConfigureAwait(false));
    }

    public async Task A_machine_that_does_not_exist_gets_no_token()
    {
        Expect.Equal(null, await Tokens.GetOrCreateAsync(TokenOf(IdOf(1), 1), Token).ConfigureAwait(false));
        Expect.Equal(false, await AddAsync(1, IdOf(1)).ConfigureAwait(false));
        Expect.Equal(null, await FindAsync(1).ConfigureAwait(false));
    }

    public async Task Concurrent_requests_get_the_same_token()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        var tokens = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(
            () => Tokens.GetOrCreateAsync(TokenOf(machine.Id, number), Token), Token))).ConfigureAwait(false);
        Expect.Equal(1, tokens.Select(token => token?.TokenKey).Distinct().Count());
    }

    public async Task A_boot_token_is_judged_as_it_is_stored()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        var stored = new StoredBootToken(machine.Id, "192.0.2.7", Now, null);
        await Tokens.AddBootTokenAsync([1, 2], stored, 8, Now, Token).ConfigureAwait(false);

        StoredBootToken? seen = null;
        var result = await RedeemAsync([1, 2], Now.AddMinutes(1), token =>
        {
            seen = token;
            return null;
        }).ConfigureAwait(false);

        Expect.Equal(stored, seen);
        Expect.Equal(new BootTokenResult.Accepted(TokenOf(machine.Id, 99)), result);
        await RedeemAsync([1, 2], Now.AddMinutes(2), token =>
        {
            seen = token;
            return null;
        }).ConfigureAwait(false);
        Expect.Equal(stored with { Used = Now.AddMinutes(1) }, seen);
    }

    public async Task A_boot_token_without_an_address_is_bound_to_the_first_client()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await AddAsync(1, machine.Id).ConfigureAwait(false);

        await RedeemAsync([1], Now, _ => null).ConfigureAwait(false);

        Expect.Equal(new StoredBootToken(machine.Id, "192.0.2.1", Now, Now), await FindAsync(1).ConfigureAwait(false));
    }

    public async Task A_refused_boot_token_changes_nothing()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await AddAsync(1, machine.Id).ConfigureAwait(false);

        Expect.Equal(new BootTokenResult.Refused("no"), await RedeemAsync([1], Now, _ => "no").ConfigureAwait(false));

        Expect.Equal(new StoredBootToken(machine.Id, null, Now, null), await FindAsync(1).ConfigureAwait(false));
        Expect.Equal(machine, await GetAsync(machine.Id).ConfigureAwait(false));
        Expect.Equal(null, await Tokens.GetAsync(machine.Id, Token).ConfigureAwait(false));
    }

    public async Task A_boot_token_that_does_not_exist_is_judged_and_never_accepted()
    {
        var isAsked = false;
        var result = await RedeemAsync([9], Now, token =>
        {
            isAsked = token is null;
            return null;
        }).ConfigureAwait(false);
        Expect.Is<BootTokenResult.Refused>(result);
        Expect.True(isAsked, "The function is called with null");
    }

    public async Task A_redemption_checks_the_machine_in_and_gives_its_token()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        var own = Expect.NotNull(await Tokens.GetOrCreateAsync(TokenOf(machine.Id, 1), Token).ConfigureAwait(false));
        await AddAsync(1, machine.Id).ConfigureAwait(false);

        Expect.Equal(new BootTokenResult.Accepted(own), await RedeemAsync([1], Now.AddSeconds(5), _ => null).ConfigureAwait(false));

        Expect.Equal(
            machine with { CheckedIn = true, IpAddresses = ["192.0.2.1"], Version = 2, Updated = Now.AddSeconds(5) },
            await GetAsync(machine.Id).ConfigureAwait(false));
        Expect.Equal(new SaveResult.Conflict(machine.Id), await Machines.SaveAsync([Change(machine)], Token).ConfigureAwait(false));
    }

    public async Task Of_concurrent_redemptions_one_is_the_first()
    {
        var machine = await CreateAsync(1).ConfigureAwait(false);
        await AddAsync(1, machine.Id).ConfigureAwait(false);

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(
            () => RedeemAsync([1], Now, token => token is { Used: null } ? null : "used"), Token))).ConfigureAwait(false);

        Expect.Equal(1, results.Count(result => result is BootTokenResult.Accepted));
    }

    public async Task Of_a_machine_the_newest_boot_tokens_are_kept()
    {
        var (first, second) = (await CreateAsync(1).ConfigureAwait(false), await CreateAsync(2).ConfigureAwait(false));
        await AddAsync(100, second.Id).ConfigureAwait(false);
        for (byte number = 1; number <= 5; number++)
            Expect.Equal(true, await AddAsync(number, first.Id, most: 3, issued: Now.AddSeconds(number)).ConfigureAwait(false));

        var kept = new List<byte>();
        foreach (var number in (byte[])[1, 2, 3, 4, 5, 100])
            if (await FindAsync(number).ConfigureAwait(false) is not null) kept.Add(number);
        Expect.Sequence<byte>([3, 4, 5, 100], kept);

        await AddAsync(6, first.Id, most: 1, issued: Now).ConfigureAwait(false); // the new one is kept though it is the oldest
        Expect.Equal(true, await FindAsync(6).ConfigureAwait(false) is not null);
        Expect.Equal(null, await FindAsync(5).ConfigureAwait(false));
    }

    public async Task Boot_tokens_that_were_issued_before_a_time_are_deleted()
    {
        var (first, second) = (await CreateAsync(1).ConfigureAwait(false), await CreateAsync(2).ConfigureAwait(false));
        await AddAsync(1, first.Id, issued: Now.AddMinutes(-20)).ConfigureAwait(false);
        await AddAsync(2, first.Id, issued: Now.AddMinutes(-10)).ConfigureAwait(false);

        await Tokens.AddBootTokenAsync([3], new StoredBootToken(second.Id, null, Now, null), 8, Now.AddMinutes(-10), Token)
            .ConfigureAwait(false);

        Expect.Equal(null, await FindAsync(1).ConfigureAwait(false));
        Expect.Equal(true, await FindAsync(2).ConfigureAwait(false) is not null);
        Expect.Equal(true, await FindAsync(3).ConfigureAwait(false) is not null);
    }

    private static MachineToken TokenOf(SystemId machine, int number) =>
        new(machine, $"consumer{number}", $"token{number}", new Secret($"secret{number}"));

    private Task<bool> AddAsync(byte number, SystemId machine, int most = 8, DateTimeOffset? issued = null) => Tokens.AddBootTokenAsync(
        [number], new StoredBootToken(machine, null, issued ?? Now, null), most, Now.AddHours(-1), Token);

    private Task<BootTokenResult> RedeemAsync(byte[] hash, DateTimeOffset now, Func<StoredBootToken?, string?> refuse) =>
        Tokens.RedeemAsync(new BootTokenRedemption(hash, "192.0.2.1", now, refuse, id => TokenOf(id, 99)), Token);

    /// <summary>Reads a boot token without redeeming it.</summary>
    private async Task<StoredBootToken?> FindAsync(byte number)
    {
        StoredBootToken? found = null;
        await RedeemAsync([number], Now, token =>
        {
            found = token;
            return "only looking";
        }).ConfigureAwait(false);
        return found;
    }
}
