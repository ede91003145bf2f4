using System.Net;
using Maas.Boot;

namespace Maas.Testing.Virtual;

/// <summary>
/// A network in memory with a clock of its own: the real servers of <c>Maas.Boot</c>, simulated machines and HTTP handlers run on it
/// without ports, privileges or waiting. Its time stops while anything runs and then advances to the next event, so hours of
/// retransmissions take milliseconds; and the same seed gives the same run, datagram by datagram.
/// </summary>
/// <remarks>
/// <para>
/// Everything runs on one loop, while <see cref="RunAsync(Func{Task}, CancellationToken)"/> is awaited. Between runs the time stops.
/// </para>
/// <para>
/// Code that waits must use <see cref="TimeProvider"/>. A policy, a file source or an HTTP handler may do real work, such as a query: the
/// network waits for it in real time, with its own clock stopped. When nothing comes of it within <see cref="StallTimeout"/>, the run
/// throws <see cref="VirtualNetworkStalledException"/>, which names the call, instead of hanging.
/// </para>
/// </remarks>
/// <example><code>
/// var network = new VirtualNetwork(seed: 42);
/// var host = network.AddHost("boot", IPAddress.Parse("10.0.0.1"));
/// var options = new BootServerOptions { Interface = "eth0" };
/// var server = new BootServer(options, host.Attach(services)).RunAsync(cancellationToken);
/// await using var machine = new SimulatedMachine(new() { Mac = mac, Network = new() { Virtual = network } });
/// var state = await network.RunAsync(() => { machine.TurnOn(); return machine.WhenAtRestAsync(); });
/// </code></example>
public sealed class VirtualNetwork
{
    private readonly Lock _lock = new();
    private readonly List<VirtualHost> _hosts = [];
    private readonly Dictionary<IPAddress, VirtualHost> _byAddress = [];
    private readonly Dictionary<HardwareAddress, VirtualHost> _machines = [];
    private readonly Dictionary<(string Segment, int Port), Listeners> _listeners = [];

    /// <summary>Makes an empty network.</summary>
    /// <param name="seed">Determines every random choice.</param>
    /// <param name="start">What its clock shows first; by default the beginning of 2030.</param>
    public VirtualNetwork(int seed, DateTimeOffset? start = null)
    {
        Seed = seed;
        Loop = new NetworkLoop(() => StallTimeout);
        TimeProvider = new VirtualTimeProvider(Loop, start ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>What determines every random choice.</summary>
    public int Seed { get; }

    /// <summary>The network's clock. All code that runs on the network must wait by it.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>The time since the network was made, by its clock.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Loop.Now);

    /// <summary>How long, in real time, the network waits for code that does not use its clock; 10 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How far a run may advance the clock before it is given up; 7 days.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Receives each datagram as it is sent, lost ones included; on the network's loop.</summary>
    public Action<VirtualDatagram>? DatagramSent { get; init; }

    internal NetworkLoop Loop { get; }

    /// <summary>Adds a host.</summary>
    /// <param name="name">Its name, by which HTTP finds it too.</param>
    /// <param name="address">Its address.</param>
    /// <param name="others">Further addresses, such as one of the other family.</param>
    /// <exception cref="ArgumentException">Another host has the name or an address.</exception>
    public VirtualHost AddHost(string name, IPAddress address, params IReadOnlyList<IPAddress> others) =>
        AddHost(name, "", address, others);

    /// <summary>Adds a host on a segment: broadcasts reach the hosts of their sender's segment, everything else reaches all.</summary>
    /// <param name="name">Its name, by which HTTP finds it too.</param>
    /// <param name="segment">Its segment, by any name; empty for the one that hosts are on otherwise.</param>
    /// <param name="address">Its address. No two hosts of a network have the same one.</param>
    /// <param name="others">Further addresses, such as one of the other family.</param>
    /// <exception cref="ArgumentException">Another host has the name or an address.</exception>
    public VirtualHost AddHost(string name, string segment, IPAddress address, params IReadOnlyList<IPAddress> others)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(address);
        var host = new VirtualHost(this, name, segment);
        lock (_lock)
        {
            if (_hosts.Exists(h => h.Name == name)) throw new ArgumentException($"There is a host {name} already.", nameof(name));
            foreach (var own in (IEnumerable<IPAddress>)[address, .. others])
            {
                if (!_byAddress.TryAdd(own, host)) throw new ArgumentException($"Another host has {own}.", nameof(address));
                host.AddAddress(own);
            }

            _hosts.Add(host);
        }

        return host;
    }

    /// <summary>Runs code on the network, and everything on it, until the code has ended.</summary>
    /// <param name="scenario">The code; it waits for nothing but what is on the network.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="VirtualNetworkStalledException">The code waits for something that is not on the network.</exception>
    /// <exception cref="InvalidOperationException">The network runs already.</exception>
    public Task RunAsync(Func<Task> scenario, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                // In the scenario's context: a continuation without it would leave the loop, whose clock would run on until it is back.
#pragma warning disable CA2007
                await scenario();
#pragma warning restore CA2007
                return true;
            },
            cancellationToken);

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    public Task RunAsync(Func<Task> scenario) => RunAsync(scenario, CancellationToken.None);

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    /// <returns>What the code returned.</returns>
    public Task<T> RunAsync<T>(Func<Task<T>> scenario) => RunAsync(scenario, CancellationToken.None);

    /// <inheritdoc cref="RunAsync(Func{Task}, CancellationToken)"/>
    /// <returns>What the code returned.</returns>
    public async Task<T> RunAsync<T>(Func<Task<T>> scenario, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var context = new LoopContext(Loop);
        var ended = new TaskCompletionSource<T>();
        Loop.Enqueue(() => context.Run(() => _ = CompleteAsync(scenario, ended)));
        var limit = Loop.Now + TimeLimit.Ticks;
        await WatchAsync(Task.Run(() => Loop.RunUntil(ended.Task, limit, cancellationToken), CancellationToken.None)).ConfigureAwait(false);
        return await ended.Task.ConfigureAwait(false);
    }

    /// <summary>Runs everything on the network for a time.</summary>
    /// <param name="time">By the network's clock.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public Task RunForAsync(TimeSpan time, CancellationToken cancellationToken = default) =>
        RunAsync(() => Task.Delay(time, TimeProvider, CancellationToken.None), cancellationToken);

    /// <summary>
    /// Awaits work beside the network, such as a query or the end of a server, from code that runs on it: the clock stops until it
    /// has ended, and the code goes on on the network.
    /// </summary>
    /// <param name="work">The work.</param>
    public Task<T> OutsideAsync<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Loop.OutsideAsync("work beside the network", () => new ValueTask<T>(work())).AsTask();
    }

    /// <summary>The host of a simulated machine.</summary>
    internal VirtualHost HostOf(HardwareAddress mac, LinkConditions link, string segment)
    {
        lock (_lock)
        {
            if (!_machines.TryGetValue(mac, out var host))
            {
                host = new VirtualHost(this, mac.ToString(), segment);
                _machines.Add(mac, host);
                _hosts.Add(host);
            }

            host.Link = link;
            return host;
        }
    }

    /// <summary>A host takes an address; the last to take it has it, as on a real link.</summary>
    internal void Take(VirtualHost host, IPAddress address)
    {
        lock (_lock) _byAddress[address] = host;
    }

    internal VirtualHost? Find(IPAddress address)
    {
        lock (_lock) return _byAddress.GetValueOrDefault(address);
    }

    internal VirtualHost? Find(string name)
    {
        if (IPAddress.TryParse(name, out var address)) return Find(address);
        lock (_lock) return _hosts.Find(h => h.Name == name);
    }

    internal void Opened(VirtualHost host, int port, HardwareAddress? client)
    {
        lock (_lock)
        {
            if (!_listeners.TryGetValue((host.Segment, port), out var listeners))
                _listeners.Add((host.Segment, port), listeners = new Listeners());
            listeners.Add(host, client);
        }
    }

    internal void Closed(VirtualHost host, int port, HardwareAddress? client)
    {
        lock (_lock) _listeners[(host.Segment, port)].Remove(host, client);
    }

    /// <summary>Sends a datagram from a host to one, or to all that listen on the port.</summary>
    internal void Send(VirtualHost sender, IPEndPoint source, IPEndPoint to, ReadOnlySpan<byte> payload)
    {
        var datagram = new VirtualDatagram(Elapsed, source, to, payload.ToArray());
        DatagramSent?.Invoke(datagram);
        Span<long> left = stackalloc long[LinkDirection.MostArrivals];
        var count = sender.Link.Drops?.Invoke(to, datagram.Payload) is true ? 0 : sender.Leave(Loop.Now, left);
        if (count == 0) return;
        if (!IsToMany(to.Address))
        {
            Find(to.Address)?.Enter(datagram, left[..count]);
            return;
        }

        VirtualHost[] listeners;
        lock (_lock)
            listeners = _listeners.TryGetValue((sender.Segment, to.Port), out var all) ? [.. all.Of(datagram).Distinct()] : [];
        foreach (var host in listeners)
            if (host != sender) host.Enter(datagram, left[..count]);
    }

    // A step that blocks its thread is beyond the loop's own watch.
    private async Task WatchAsync(Task run)
    {
        while (!run.IsCompleted)
        {
            var steps = Loop.Steps;
            try
            {
                await run.WaitAsync(StallTimeout * 2, TimeProvider.System).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!run.IsCompleted)
            {
                if (Loop.Steps == steps) throw new VirtualNetworkStalledException(
                    $"Code on the network has blocked its loop for {StallTimeout.TotalSeconds * 2:0.#} s of real time: it waits for a task "
                    + "with Wait or Result, or sleeps. It must await, by the network's TimeProvider.");
            }
        }

        await run.ConfigureAwait(false);
    }

    private static bool IsToMany(IPAddress address) =>
        address.Equals(IPAddress.Broadcast) || address.IsIPv6Multicast;

    private static async Task CompleteAsync<T>(Func<Task<T>> scenario, TaskCompletionSource<T> ended)
    {
#pragma warning disable CA2007 // the scenario's own context brings it back to the loop
        try
        {
            ended.TrySetResult(await scenario());
        }
#pragma warning disable CA1031 // the run throws it
        catch (Exception e)
#pragma warning restore CA1031
        {
            ended.TrySetException(e);
        }
#pragma warning restore CA2007
    }

    // A thousand machines that boot at once would each hear the DHCP replies to all others: a client's port hears its own.
    private sealed class Listeners
    {
        private readonly List<VirtualHost> _all = [];
        private readonly Dictionary<HardwareAddress, List<VirtualHost>> _clients = [];

        public void Add(VirtualHost host, HardwareAddress? client) => ListOf(client).Add(host);

        public void Remove(VirtualHost host, HardwareAddress? client)
        {
            var hosts = ListOf(client);
            hosts.Remove(host);
            if (client is { } known && hosts.Count == 0) _clients.Remove(known);
        }

        public IEnumerable<VirtualHost> Of(VirtualDatagram datagram) =>
            _clients.Count > 0 && ClientOf(datagram.Payload.Span) is { } client && _clients.TryGetValue(client, out var hosts)
                ? _all.Concat(hosts)
                : _all;

        private List<VirtualHost> ListOf(HardwareAddress? client)
        {
            if (client is not { } known) return _all;
            if (!_clients.TryGetValue(known, out var hosts)) _clients.Add(known, hosts = []);
            return hosts;
        }

        private static HardwareAddress? ClientOf(ReadOnlySpan<byte> message)
        {
            // op (1), htype (1), hlen (1), hops (1), xid (4), secs (2), flags (2), addresses (16), chaddr (16)
            const int Type = 1, Length = 2, Hardware = 28, Longest = 16;
            return message.Length >= Hardware + Longest && message[Length] is > 0 and <= Longest
                ? new HardwareAddress(message[Type], message.Slice(Hardware, message[Length]))
                : null;
        }
    }
}
