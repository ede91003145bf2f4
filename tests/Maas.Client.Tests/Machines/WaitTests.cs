using Maas.Client.Machines;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Client.Tests.Machines;

public class WaitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_wait_ends_with_the_status()
    {
        var statuses = new Queue<int>([9, 9, 6]);
        var server = new StubServer(_ => Machine(statuses.Dequeue()));
        using var client = server.Client();

        var machine = await client.Machines.WaitForStatusAsync(
            "abc123", MaasMachineStatus.Deployed, new() { Interval = TimeSpan.Zero }, Cancellation);

        machine.Status.Should().Be(MaasMachineStatus.Deployed);
        server.Requests.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(8)]
    public async Task It_ends_at_once_when_the_machine_has_failed(int status)
    {
        var server = new StubServer(_ => Machine(status));
        using var client = server.Client();

        var waiting = () => client.Machines.WaitForStatusAsync("abc123", MaasMachineStatus.Deployed, null, Cancellation);

        var error = (await waiting.Should().ThrowAsync<MachineStatusException>()).Which;
        error.Machine.Status.Should().Be((MaasMachineStatus)status);
        error.Message.Should().Contain("node-1").And.Contain("no disk");
    }

    [Fact]
    public async Task A_failure_may_be_what_is_waited_for()
    {
        var server = new StubServer(_ => Machine(11));
        using var client = server.Client();

        (await client.Machines.WaitForStatusAsync("abc123", MaasMachineStatus.FailedDeployment, null, Cancellation)).Should().NotBeNull();
    }

    [Fact]
    public async Task It_ends_after_its_time()
    {
        var time = new FakeTimeProvider();
        var server = new StubServer(_ =>
        {
            time.Advance(TimeSpan.FromMinutes(3)); // the time that a request takes
            return Machine(9);
        });
        using var client = server.Client(new() { RequestTimeout = TimeSpan.FromHours(1) }, time);

        var waiting = () => client.Machines.WaitForStatusAsync(
            "abc123", MaasMachineStatus.Deployed, new() { Interval = TimeSpan.Zero, Timeout = TimeSpan.FromMinutes(10) }, Cancellation);

        await waiting.Should().ThrowAsync<TimeoutException>();
        server.Requests.Should().HaveCount(4);
    }

    private static HttpResponseMessage Machine(int status) => StubServer.Json(
        $$"""{"system_id":"abc123","hostname":"node-1","status":{{status}},"status_name":"X","status_message":"no disk"}""");
}
