using System.Net;
using Maas.Boot;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

namespace Maas.Testing.Tests.Servers;

/// <summary>Maas.Boot's TFTP server on a free loopback port.</summary>
internal sealed class RunningTftp : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TftpServer _server;
    private readonly Task _run;

    public RunningTftp(IBootFiles files)
    {
        _server = new TftpServer(
            new TftpServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, new BootServices { Files = files });
        _run = _server.RunAsync(_stop.Token);
        EndPoint = _server.Listening.GetAwaiter().GetResult()[0]; // it listens before RunAsync returns
    }

    public IPEndPoint EndPoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }

        _server.Dispose();
        _stop.Dispose();
    }
}
