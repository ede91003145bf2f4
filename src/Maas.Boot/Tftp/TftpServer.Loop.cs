using Maas.Boot.Diagnostics;
using Maas.Boot.Net;

namespace Maas.Boot.Tftp;

// The server on a network in memory: the same requests, transfers and limits, with ports in the place of sockets and threads.
public sealed partial class TftpServer
{
    private async Task ServeOnAsync(IDatagramNetwork network, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var time = _services.TimeProvider;
        var failures = new FailureLog("tftp", time, _logger);
        using var poller = new LoopPoller(network);
        using var loop = new TransferLoop(time, poller, failures);
        var telemetry = new TftpTelemetry(_services.Observer, time, _logger);
        using var port = new TftpMemoryPort(_options, network, Receiver, time, _logger);
        loop.StartOn(poller);
        LogListening(port.EndPoint);
        _listening.Set(port.EndPoint);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            loop.Stop();
            await loop.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        TftpListener.Receiver Receiver(TftpMemoryPort opened)
        {
            var handler = new TftpRequestHandler(
                _options, _files, opened, _admission, [loop], telemetry, time, stopping.Token, isOnLoop: true);
            return (datagram, client, local) =>
            {
                try
                {
                    handler.Handle(datagram, client, local);
                }
#pragma warning disable CA1031 // the datagram is dropped, the server lives on
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failures.Add(e);
                }
            };
        }
    }
}
