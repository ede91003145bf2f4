using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Scripts;

namespace BootStorm;

/// <summary>DHCP with its lease journal and TFTP on loopback, with default limits, as an application composes them.</summary>
internal static class StormServer
{
    /// <summary>Serves until standard input ends; says first on which ports.</summary>
    public static async Task<int> RunAsync(int size, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("boot-storm");
        try
        {
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await using var journal = LeaseJournal.Open(Path.Combine(folder.FullName, "leases"));
            var subnet = new DhcpSubnet
            {
                Network = IPNetwork.Parse("127.0.0.0/8"),
                Ranges = [AddressRange.Parse("127.77.0.10-127.77.63.250")]
            };
            var policy = new OneKernel();
            var options = new DhcpServerOptions { ListenOn = new IPEndPoint(IPAddress.Loopback, 0), ServerAddress = IPAddress.Loopback };
            var dhcp = new DhcpServer(
                options,
                new BootServices
                {
                    Addresses = await LeaseAllocator.OpenAsync([subnet], journal, cancellationToken: stopping.Token), Policy = policy
                });
            using var tftp = new Maas.Boot.Tftp.TftpServer(
                new() { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
                new BootServices { Files = new BootFileSource(policy, new StormFiles(size)) });
            var serving = Task.WhenAll(dhcp.RunAsync(stopping.Token), tftp.RunAsync(stopping.Token));
            Console.WriteLine($"{(await dhcp.Listening)[0].Port} {(await tftp.Listening)[0].Port}");
            await Console.In.ReadToEndAsync(stopping.Token);
            await stopping.CancelAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class OneKernel : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            new(new BootInstruction.Kernel("kernel", ["initrd"], "quiet"));
    }

    private sealed class StormFiles(int size) : IBootFiles
    {
        private readonly byte[] _program = new byte[size];

        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(request.Name is "kernel" or "initrd"
                ? BootFile.FromBytes(_program.AsMemory(0, Math.Min(size, 10_000)))
                : BootFile.FromBytes(_program));
    }
}
