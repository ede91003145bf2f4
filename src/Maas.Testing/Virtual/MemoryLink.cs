using System.Net;
using Maas.Boot;
using Maas.Testing.Network;

namespace Maas.Testing.Virtual;

/// <summary>The link of a simulated machine on a network in memory.</summary>
internal sealed class MemoryLink(VirtualNetwork network, HardwareAddress mac, LinkConditions conditions, string segment) : MachineLink
{
    private const int ClientPort = 68;

    private readonly VirtualHost _host = network.HostOf(mac, conditions, segment);

    public override bool Broadcasts => true;

    public override bool IsOnLoop => true;

    public override ClientSocket OpenDhcp() => new MemorySocket(_host, new IPEndPoint(IPAddress.Any, ClientPort), mac);

    public override ClientSocket OpenUdp(IPAddress local) => new MemorySocket(_host, new IPEndPoint(local, 0));

    public override IPAddress Usable(IPAddress leased)
    {
        _host.Use(leased);
        return leased;
    }

    public override HttpClient CreateHttpClient(IPAddress local) =>
        new(new MemoryHttpHandler(network, _host)) { Timeout = Timeout.InfiniteTimeSpan };

    public override uint NextTransaction() => _host.Random.NextUInt32();

    public override Task TurnOn(Func<Task> run)
    {
        var ended = new TaskCompletionSource();
        network.Loop.Enqueue(() => _ = RunAsync(run, ended));
        return ended.Task;
    }

    public override Task InvokeAsync(Func<Task> action)
    {
        if (network.Loop.IsOnLoop) return StepAsync(() => WithoutClockAsync(action), TaskCreationOptions.None);
        return network.Loop.IsRunning
            ? StepAsync(action, TaskCreationOptions.RunContinuationsAsynchronously) // who calls from beside the loop is waited for already
            : network.RunAsync(() => StepAsync(() => WithoutClockAsync(action), TaskCreationOptions.None));
    }

    // As a step of its own: what the action ends while it runs in the context of a scenario would go on beside the loop, whose clock would
    // not wait for it.
    private Task StepAsync(Func<Task> action, TaskCreationOptions completion)
    {
        var done = new TaskCompletionSource(completion);
        network.Loop.Enqueue(() => _ = CompleteAsync(action, done));
        return done.Task;
    }

    // Some of what ends with the machine completes on other threads: the clock waits for it.
    private async Task WithoutClockAsync(Func<Task> action) =>
        await network.Loop.OutsideAsync("the end of a machine", async () =>
        {
            await action().ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

    private Task RunAsync(Func<Task> run, TaskCompletionSource ended)
    {
        _host.Connect();
        return CompleteAsync(run, ended);
    }

    private static async Task CompleteAsync(Func<Task> run, TaskCompletionSource ended)
    {
        try
        {
            await run().ConfigureAwait(false);
            ended.TrySetResult();
        }
#pragma warning disable CA1031 // the task throws it
        catch (Exception e)
#pragma warning restore CA1031
        {
            ended.TrySetException(e);
        }
    }
}
