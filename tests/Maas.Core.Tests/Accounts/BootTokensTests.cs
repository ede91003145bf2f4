using System.Net;
using Maas.Core.Accounts;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Accounts;

public class BootTokensTests
{
    private static readonly IPAddress Client = IPAddress.Parse("10.0.0.5");
    private static readonly IPAddress Other = IPAddress.Parse("10.0.0.6");

    [Fact]
    public async Task A_token_is_traded_once_by_the_address_it_was_made_for()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        var token = await IssueAsync(test, machine.Id, Client);

        (await test.Core.BootTokens.RedeemAsync(token, Other)).Should().BeOfType<BootTokenResult.Refused>();
        var accepted = (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Accepted>().Subject;
        accepted.Token.MachineId.Should().Be(machine.Id);
        (await test.Core.MachineTokens.FindAsync(accepted.Token.ConsumerKey, accepted.Token.TokenKey)).Should().Be(accepted.Token);

        test.Clock.Advance(TimeSpan.FromSeconds(61));
        (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Refused>().Which.Reason.Should()
            .Contain("used already");
    }

    [Fact]
    public async Task A_lost_answer_may_be_asked_for_again_within_a_minute_by_the_same_address_alone()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        var token = await IssueAsync(test, machine.Id, null);
        var first = await test.Core.BootTokens.RedeemAsync(token, Client);
        test.Clock.Advance(TimeSpan.FromSeconds(60));

        (await test.Core.BootTokens.RedeemAsync(token, IPAddress.Parse("::ffff:10.0.0.5"))).Should().Be(first);
        (await test.Core.BootTokens.RedeemAsync(token, Other)).Should().BeOfType<BootTokenResult.Refused>();
    }

    [Fact]
    public async Task A_token_ends_after_ten_minutes()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        var token = await IssueAsync(test, machine.Id, Client);
        test.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Refused>().Which.Reason.Should()
            .Contain("expired");
    }

    [Fact]
    public async Task A_token_survives_a_restart_and_is_stored_only_as_a_hash()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        var token = await IssueAsync(test, machine.Id, Client);
        await test.Core.DisposeAsync(); // while it is open, the store is locked for others
        File.ReadAllText(test.DataSource, System.Text.Encoding.Latin1).Should().NotContain(token.Reveal());
        await test.ReopenAsync();

        (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Accepted>();
    }

    [Fact]
    public async Task Only_the_newest_eight_of_a_machine_are_kept()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        var tokens = new List<Secret>();
        for (var number = 0; number < 9; number++)
        {
            tokens.Add(await IssueAsync(test, machine.Id, Client));
            test.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await test.Core.BootTokens.RedeemAsync(tokens[0], Client)).Should().BeOfType<BootTokenResult.Refused>();
        (await test.Core.BootTokens.RedeemAsync(tokens[1], Client)).Should().BeOfType<BootTokenResult.Accepted>();
    }

    [Fact]
    public async Task Release_ends_the_machines_tokens()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        var own = await test.Core.MachineTokens.GetOrCreateAsync(machine.Id);
        own!.TokenSecret.ToString().Should().Be("***");
        (await test.Core.MachineTokens.GetOrCreateAsync(machine.Id)).Should().Be(own);
        var token = await IssueAsync(test, machine.Id, Client);

        await test.DoAsync(machine.Id, new MachineCommand.Release());

        (await test.Core.MachineTokens.FindAsync(own.ConsumerKey, own.TokenKey)).Should().BeNull();
        (await test.Core.BootTokens.RedeemAsync(token, Client)).Should().BeOfType<BootTokenResult.Refused>();
    }

    [Fact]
    public async Task A_machine_that_does_not_exist_gets_no_token()
    {
        await using var test = await TestCore.OpenAsync();
        (await test.Core.BootTokens.IssueAsync(SystemId.New(), Client)).Should().BeNull();
        (await test.Core.MachineTokens.GetOrCreateAsync(SystemId.New())).Should().BeNull();
        (await test.Core.BootTokens.RedeemAsync(new Secret("nonsense"), Client)).Should().BeOfType<BootTokenResult.Refused>();
    }

    private static async Task<Secret> IssueAsync(TestCore test, SystemId machine, IPAddress? address) =>
        await test.Core.BootTokens.IssueAsync(machine, address) ?? throw new InvalidOperationException();
}
