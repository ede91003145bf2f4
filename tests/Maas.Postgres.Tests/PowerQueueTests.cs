using Maas.Core.Nodes;
using Maas.Core.Power;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>The power queue on PostgreSQL, where several hosts claim at once.</summary>
public sealed class PowerQueueTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_claim_that_is_not_committed_yet_does_not_delay_the_claim_of_another_host()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(1);
        var on = new MachineEffect.Power(PowerAction.TurnOn, false, false);
        var first = await hosts.CreateAsync(1, MachineStatus.Deployed, null, on);
        var second = await hosts.CreateAsync(2, MachineStatus.Deployed, null, on);
        var queue = hosts.Stores[0].PowerQueue;
        await using var session = new NpgsqlConnection(hosts.Options.ConnectionString);
        await session.OpenAsync(stop);
        await using var claim = await session.BeginTransactionAsync(stop);
        await using (var command = new NpgsqlCommand(
            $"UPDATE {hosts.Options.Schema}.effects SET claim = claim + 1 WHERE machine = '{first.Id}'", session, claim))
            (await command.ExecuteNonQueryAsync(stop)).Should().Be(1);

        // What waits for the lock instead ends with a StoreUnavailableException.
        var claimed = await queue.ClaimAsync(hosts.Now.AddSeconds(1), TimeSpan.FromMinutes(1), 1, stop);

        claimed.Should().ContainSingle().Which.MachineId.Should().Be(second.Id, "the next action that is due is claimed at once");
        await claim.RollbackAsync(stop);
        (await queue.ClaimAsync(hosts.Now.AddSeconds(1), TimeSpan.FromMinutes(1), 1, stop))
            .Should().ContainSingle().Which.MachineId.Should().Be(first.Id);
    }
}
