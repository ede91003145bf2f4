using Maas.Boot;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;

// Boots machines from a folder, beside an existing DHCP server (proxy-DHCP). The folder holds the boot programs (undionly.kpxe and
// snponly.efi of Debian's package ipxe), a kernel and an initial ram disk. It needs root, or CAP_NET_BIND_SERVICE and CAP_NET_RAW.
if (args is not [var link, var folder])
{
    Console.Error.WriteLine("usage: MaasBoot INTERFACE FOLDER");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var policy = new BootPolicy();
var server = new BootServer(
    new BootServerOptions { Interface = link, Dhcp = new() { Mode = DhcpMode.Proxy } },
    new BootServices { Policy = policy, Files = new DirectoryBootFiles(folder), Observer = policy });
try
{
    await server.RunAsync(stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    // Ctrl-C.
}

return 0;

/// <summary>
/// Decides what a machine boots. Ask your database here: the request has the hardware address, the architecture and the UUID.
/// </summary>
internal sealed class BootPolicy : IBootPolicy, IBootObserver
{
    public ValueTask<BootInstruction?> DecideAsync(BootRequest request, CancellationToken cancellationToken) =>
        new(new BootInstruction.Kernel("linux", ["initrd.gz"], "console=ttyS0"));

    public void Observe(BootObservation observation) => Console.WriteLine(observation);
}
