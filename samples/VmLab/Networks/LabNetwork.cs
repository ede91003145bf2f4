using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VmLab.Processes;

namespace VmLab.Networks;

/// <summary>
/// A private link in a network namespace of its own: the bridge <c>br0</c> with 10.77.0.1/24 and taps for machines.
/// Nothing outside sees it. Needs root.
/// </summary>
/// <remarks>
/// The name says which process made it, so that what a crashed run left behind (namespace and programs in it) is
/// recognised and cleared by the next one, and a run going on beside this one is left alone.
/// </remarks>
public sealed class LabNetwork : IAsyncDisposable
{
    public const string Bridge = "br0";

    private static int _count;

    private readonly HashSet<string> _taps = [];

    private LabNetwork(string name) => Name = name;

    public string Name { get; }

    /// <summary>The server's address on the link.</summary>
    public static IPAddress ServerAddress { get; } = IPAddress.Parse("10.77.0.1");

    public static async Task<LabNetwork> CreateAsync(CancellationToken cancellationToken)
    {
        await RemoveStaleAsync(cancellationToken);
        var network = new LabNetwork(new LabOwner(Environment.ProcessId).NamespaceName(Interlocked.Increment(ref _count)));
        try
        {
            await IpAsync(["netns", "add", network.Name], cancellationToken);
            await network.IpHereAsync("link set lo up", cancellationToken);
            // No forwarding delay: firmware gives up before a bridge that learns has opened its port.
            await network.IpHereAsync($"link add {Bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0", cancellationToken);
            await network.AddAddressAsync(ServerAddress, cancellationToken);
            await network.IpHereAsync($"link set {Bridge} up", cancellationToken);
            await network.IpHereAsync($"route add default dev {Bridge}", cancellationToken);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the server's side one more address, for example a BMC's.</summary>
    public Task AddAddressAsync(IPAddress address, CancellationToken cancellationToken) =>
        IpHereAsync(
            address.AddressFamily == AddressFamily.InterNetworkV6
                ? $"addr add {address}/64 dev {Bridge} nodad"
                : $"addr add {address}/24 dev {Bridge}",
            cancellationToken);

    /// <summary>Plugs in a tap device and returns its name.</summary>
    public async Task<string> AddTapAsync(CancellationToken cancellationToken)
    {
        var tap = $"tap{_taps.Count}";
        await IpHereAsync($"tuntap add dev {tap} mode tap", cancellationToken);
        await IpHereAsync($"link set {tap} master {Bridge} up", cancellationToken);
        _taps.Add(tap);
        return tap;
    }

    /// <summary>
    /// Puts another host on the link, in a namespace of its own, whose interface is called <see cref="Bridge"/> too: another
    /// DHCP server, for example. It goes when it is disposed of, with the programs in it.
    /// </summary>
    public async Task<LabNetwork> AddHostAsync(IPAddress address, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _count);
        var host = new LabNetwork(new LabOwner(Environment.ProcessId).NamespaceName(number));
        try
        {
            await IpAsync(["netns", "add", host.Name], cancellationToken);
            await host.IpHereAsync("link set lo up", cancellationToken);
            await PlugInAsync($"host{number}", $"{Bridge} netns {host.Name}", cancellationToken);
            await host.AddAddressAsync(address, cancellationToken);
            await host.IpHereAsync($"link set {Bridge} up", cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Plugs in a cable that ends in this program's own namespace, for a simulated machine, and returns that end's name. It has the
    /// machine's MAC address, and from the start the addresses that the server may lease to it, which are kept from answering for
    /// themselves until then.
    /// </summary>
    public async Task<string> AddCableAsync(string macAddress, IReadOnlyList<IPAddress> leasable, CancellationToken cancellationToken)
    {
        var end = $"maaslab{Environment.ProcessId}";
        await PlugInAsync("cable", $"{end} address {macAddress} netns {Environment.ProcessId}", cancellationToken);
        // 8: answer no ARP request. The server probes an address before it leases it; the host that has it is set below.
        await File.WriteAllTextAsync($"/proc/sys/net/ipv4/conf/{end}/arp_ignore", "8", cancellationToken);
        await IpAsync(["link", "set", end, "up"], cancellationToken);
        foreach (var address in leasable)
        {
            await IpAsync(["addr", "add", $"{address}/32", "dev", end], cancellationToken);
            await IpHereAsync($"neigh replace {address} lladdr {macAddress} dev {Bridge} nud permanent", cancellationToken);
        }

        await IpAsync(["route", "add", $"{ServerAddress}/32", "dev", end], cancellationToken);
        return end;
    }

    /// <summary>How to start <paramref name="program"/> inside the network.</summary>
    public ProcessStartInfo Command(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("ip");
        foreach (var argument in (IEnumerable<string>)["netns", "exec", Name, program, .. arguments]) start.ArgumentList.Add(argument);
        return start;
    }

    public Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        HostCommand.RunAsync("ip", ["netns", "exec", Name, program, .. arguments], cancellationToken);

    public Socket OpenSocket(SocketType type, ProtocolType protocol, AddressFamily family = AddressFamily.InterNetwork) =>
        NetworkNamespace.OpenSocket(Name, family, type, protocol);

    public SocketsHttpHandler CreateHttpHandler() => NetworkNamespace.CreateHttpHandler(Name);

    public async ValueTask DisposeAsync() => await RemoveAsync(Name, CancellationToken.None);

    private async Task PlugInAsync(string port, string peer, CancellationToken cancellationToken)
    {
        await IpHereAsync($"link add {port} type veth peer name {peer}", cancellationToken);
        await IpHereAsync($"link set {port} master {Bridge} up", cancellationToken);
    }

    private static async Task RemoveStaleAsync(CancellationToken cancellationToken)
    {
        var names = (await IpAsync(["netns", "list"], cancellationToken)).Split('\n').Select(line => line.Split(' ')[0]);
        foreach (var name in names.Where(LabOwner.IsStale))
        {
            try
            {
                await RemoveAsync(name, cancellationToken);
            }
            catch (HostCommandException)
            {
                // Another run cleared it at the same moment.
            }
        }
    }

    private static async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        // Again until no program is left: one that is killed may have started another meanwhile.
        while (ProgramsIn(name, await IpAsync(["netns", "pids", name], cancellationToken)) is { Count: > 0 } programs)
        {
            foreach (var id in programs)
            {
                try
                {
                    using var process = Process.GetProcessById(id);
                    process.Kill();
                    await process.WaitForExitAsync(cancellationToken);
                }
                catch (ArgumentException)
                {
                    // It ended by itself meanwhile.
                }
            }
        }

        await IpAsync(["netns", "delete", name], cancellationToken);
    }

    /// <summary>
    /// The programs in the namespace, and those on their way into it: <c>ip netns exec NAME</c> has its own name and namespace until it
    /// has both entered this one and become the program. One that was missed would hold the namespace for as long as it runs.
    /// </summary>
    private static HashSet<int> ProgramsIn(string name, string inside)
    {
        var programs = inside.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id)).ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && IsEntering(folder, name))
                programs.Add(id);
        return programs;
    }

    private static bool IsEntering(string folder, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).StartsWith($"ip\0netns\0exec\0{name}\0", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it ended
        }
    }

    private Task IpHereAsync(string words, CancellationToken cancellationToken) =>
        IpAsync(["-n", Name, .. words.Split(' ')], cancellationToken);

    private static Task<string> IpAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        HostCommand.RunAsync("ip", arguments, cancellationToken);
}
