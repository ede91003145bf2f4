using System.Globalization;
using Maas.Core;
using Maas.Postgres;

namespace Maas.FaultHost;

/// <summary>A core over PostgreSQL with its workers, and requests by which the test is its clients and its machines.</summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly HostSettings _settings;
    private readonly MaasCore _core;

    private Host(HostSettings settings, MaasCore core) => (_settings, _core) = (settings, core);

    public static async Task<Host> OpenAsync(HostSettings settings)
    {
        var options = new PostgresStoreOptions
        {
            ConnectionString = settings.ConnectionString,
            Schema = settings.Schema,
            Connections = 4,
            CommandTimeout = TimeSpan.FromSeconds(5),
            RetryDuration = TimeSpan.FromMinutes(1),
        };
        var clock = settings.ClockShift == TimeSpan.Zero ? TimeProvider.System : new WrongClock(settings.ClockShift);
        var core = await MaasCore.OpenAsync(
            new PostgresMaasStore(options, null, clock),
            new MaasCoreOptions
            {
                ControllerHostname = settings.Name,
                ImageDirectory = Path.Combine(settings.Folder, "images"),
                ShutDownTimeout = TimeSpan.FromSeconds(3),
                PowerTimeout = TimeSpan.FromSeconds(3), // a claim of a host that was killed lasts for that and half a minute
                PowerRetryDelay = TimeSpan.FromMilliseconds(100),
                PowerAttempts = 20,
            },
            new MaasCoreServices { Power = new SocketPower(settings.PowerSocket, settings.Name) });
        return new Host(settings, core);
    }

    /// <summary>Works until the process is killed.</summary>
    public Task RunAsync() => Task.WhenAll(
        _core.RunAsync(CancellationToken.None),
        LineSocket.ServeLinesAsync(_settings.FeedSocket, WatchAsync, CancellationToken.None),
        LineSocket.ServeAsync(
            _settings.Socket, new MachineRequests(_core, _settings.InventoryFile).AnswerAsync, CancellationToken.None));

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    private async IAsyncEnumerable<string> WatchAsync(string after)
    {
        var position = long.Parse(after, CultureInfo.InvariantCulture);
        await foreach (var change in _core.Machines.WatchAsync(after: position)) yield return ChangeLine.Of(change);
    }
}
