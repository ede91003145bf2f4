using Microsoft.Extensions.Logging;

namespace Maas.Images.Peers;

public sealed partial class PeerCache
{
    [LoggerMessage(1, LogLevel.Information, "Fetched image {Digest} of {Bytes} bytes from a peer")]
    private partial void LogFetched(Sha256Digest digest, long bytes);

    [LoggerMessage(2, LogLevel.Warning, "Failed to fetch image {Digest} from peers: {Reason}")]
    private partial void LogPeersFailed(Sha256Digest digest, string reason);

    [LoggerMessage(3, LogLevel.Error, "Failed to fetch image {Digest} from peers")]
    private partial void LogFailed(Exception exception, Sha256Digest digest);

    [LoggerMessage(4, LogLevel.Warning,
        "No room for image {Digest} of {Bytes} bytes: at most {MostBytes} bytes of images from peers are kept, and the disk must have "
        + "space")]
    private partial void LogNoSpace(Sha256Digest digest, long bytes, long mostBytes);

    [LoggerMessage(5, LogLevel.Information, "Removed image {Digest} of {Bytes} bytes, which a peer has, to make room for {Other}")]
    private partial void LogEvicted(Sha256Digest digest, long bytes, Sha256Digest other);

    [LoggerMessage(6, LogLevel.Debug, "A peer did not answer whether it has image {Digest}: {Reason}")]
    private partial void LogNoAnswer(Sha256Digest digest, string reason);

    [LoggerMessage(7, LogLevel.Information,
        "Host {Peer} of this rack did not send image {Digest}: {Reason}. The next host is asked, or the image is fetched here")]
    private partial void LogNotFollowed(string peer, Sha256Digest digest, string reason);
}
