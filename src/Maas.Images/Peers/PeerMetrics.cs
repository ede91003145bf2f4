using System.Diagnostics.Metrics;
using System.Net;
using Maas.Images.Downloads;

namespace Maas.Images.Peers;

/// <summary>The meter of this package, <c>Maas.Images</c>: what is fetched from other hosts.</summary>
internal static class PeerMetrics
{
    private const string Peer = "maas.images.peer";

    private static readonly Meter Meter = new("Maas.Images");

    private static readonly Counter<long> Fetches = Meter.CreateCounter<long>(
        "maas.images.peer.fetches", "{fetch}",
        "Fetches of images from other hosts; error.type is `not_found`, `peers_failed` or `no_space`.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "maas.images.peer.bytes", "By", "Bytes of images that came from other hosts, by peer.");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "maas.images.peer.failures", "{failure}",
        "Requests to other hosts that failed, by peer; error.type is `connection`, `content` or the status.");

    private static readonly Counter<long> Evictions = Meter.CreateCounter<long>(
        "maas.images.peer.evictions", "{image}", "Images that came from other hosts and were removed to make room.");

    public static void Fetched(PeerFetchFailure? failure)
    {
        if (failure is not { } reason) Fetches.Add(1);
        else
            Fetches.Add(1, new KeyValuePair<string, object?>("error.type", reason switch
            {
                PeerFetchFailure.NotFound => "not_found",
                PeerFetchFailure.NoSpace => "no_space",
                _ => "peers_failed",
            }));
    }

    public static void Arrived(string peer, int bytes) => Bytes.Add(bytes, new KeyValuePair<string, object?>(Peer, peer));

    public static void Failed(string peer, Exception fault) => Failures.Add(
        1,
        new KeyValuePair<string, object?>(Peer, peer),
        new KeyValuePair<string, object?>("error.type", fault switch
        {
            UntrustedArchiveException => "content",
            HttpRequestException { StatusCode: { } status } => StatusOf(status),
            _ => "connection",
        }));

    public static void Evicted() => Evictions.Add(1);

    private static string StatusOf(HttpStatusCode status) =>
        ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
