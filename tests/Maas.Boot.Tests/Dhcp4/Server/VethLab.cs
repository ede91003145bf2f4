using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Maas.Judges;

namespace Maas.Boot.Tests.Dhcp4.Server;

/// <summary>Two network namespaces joined by a cable: a server's end <c>vs</c> and a client's end <c>vc</c>.</summary>
internal sealed partial class VethLab : IAsyncDisposable
{
    private static int _made;

    private VethLab(string suffix) => (Server, Client) = ($"mb{suffix}s", $"mb{suffix}c");

    public string Server { get; }

    public string Client { get; }

    public static async Task<VethLab> CreateAsync(string serverAddress, string? clientAddress = null)
    {
        Judge.RequireRoot();
        Judge.Require("ip", "iproute2");
        var lab = new VethLab($"{Environment.ProcessId}x{Interlocked.Increment(ref _made)}");
        await Ip("netns", "add", lab.Server);
        await Ip("netns", "add", lab.Client);
        await Ip("link", "add", "vs", "netns", lab.Server, "type", "veth", "peer", "name", "vc", "netns", lab.Client);
        foreach (var (name, end) in ((string, string)[])[(lab.Server, "vs"), (lab.Client, "vc")])
        {
            await Ip("-n", name, "link", "set", "lo", "up");
            await Ip("-n", name, "link", "set", end, "up");
        }

        await Ip("-n", lab.Server, "addr", "add", serverAddress, "dev", "vs");
        if (clientAddress is not null) await Ip("-n", lab.Client, "addr", "add", clientAddress, "dev", "vc");
        return lab;
    }

    /// <summary>Waits until the IPv6 addresses of both ends have been tried out, and can be sent from.</summary>
    public async Task SettleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        foreach (var end in (string[])[Server, Client])
            while ((await Judge.RunAsync(
                "ip", ["-n", end, "-6", "addr", "show", "tentative"], cancellationToken: patience.Token)).Output.Contains(
                "inet6", StringComparison.Ordinal))
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
    }

    /// <summary>Runs code on a thread inside a namespace; sockets made there belong to it wherever they are used.</summary>
    public static T Inside<T>(string name, Func<T> make)
    {
        var result = default(T);
        var failure = default(ExceptionDispatchInfo);
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/var/run/netns/{name}");
                if (SetNamespace(handle, 0) != 0) throw new IOException($"setns {name}: {Marshal.GetLastPInvokeErrorMessage()}");
                result = make();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    public Socket ClientSocket() => Inside(Client, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

    public async ValueTask DisposeAsync()
    {
        await Judge.RunAsync("ip", ["netns", "del", Client]);
        await Judge.RunAsync("ip", ["netns", "del", Server]);
    }

    private static async Task Ip(params string[] arguments) => (await Judge.RunAsync("ip", arguments)).Approved();

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(Microsoft.Win32.SafeHandles.SafeFileHandle handle, int kind);
}
