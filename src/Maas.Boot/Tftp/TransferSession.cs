using System.Net;
using System.Net.Sockets;
using Maas.Boot.Files;

namespace Maas.Boot.Tftp;

/// <summary>One transfer in the world: the step machine, the file and the way to the client. Runs on its loop's thread.</summary>
internal sealed class TransferSession(
    TransferLoop loop,
    TransferSocket socket,
    TftpRequest request,
    TftpNegotiatedOptions terms,
    TftpTransfer transfer,
    Action<TransferSession> ended) : IDisposable
{
    private static readonly TimeSpan Near = TimeSpan.FromMilliseconds(0.5);

    private readonly int _stride = TftpPacket.DataHeader + terms.BlockSize;
    private ReadAhead? _content;
    private TftpStep _waiting;

    /// <summary>How the loop knows it.</summary>
    public int Token { get; set; }

    /// <summary>When the loop looks at it next.</summary>
    public TimeSpan Watched { get; set; } = TimeSpan.MaxValue;

    /// <summary>The client's end.</summary>
    public required IPEndPoint Client { get; init; }

    /// <summary>The name of the file.</summary>
    public required string Name { get; init; }

    /// <summary>When the request came, in the server's timestamps.</summary>
    public required long Began { get; init; }

    public TransferSocket Socket => socket;

    public TftpTransfer Transfer => transfer;

    public TftpNegotiatedOptions Terms => terms;

    public TftpRequest Request => request;

    /// <summary>Whether a request that comes now is a late copy of the one that began the transfer.</summary>
    public bool IsLateCopy => transfer.IsLateCopy(loop.Now);

    /// <summary>Has something done with it by its loop's thread.</summary>
    public void Post(Action<TransferSession> action) => loop.Post(() => action(this));

    /// <summary>Opens the content; before the loop takes the session.</summary>
    public ValueTask OpenAsync(BootFile file, int share, CancellationToken cancellationToken)
    {
        _content = new ReadAhead(file, terms, share, ContentFilled, cancellationToken);
        return _content.OpenAsync();
    }

    /// <summary>Sends the first answer.</summary>
    public void Start() => Do(transfer.Start());

    /// <summary>
    /// Whether an acknowledgement is worth waiting for in the receiving call: something is under way to a client that is near, and answers
    /// within a fraction of the longest wait.
    /// </summary>
    public bool IsNear =>
        socket.CanWait && transfer.Deadline != TimeSpan.MaxValue && transfer.RoundTrip > TimeSpan.Zero && transfer.RoundTrip < Near;

    /// <summary>A datagram is there, or is waited for in the receiving call.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Receive(bool mayWait)
    {
        Span<byte> datagram = stackalloc byte[TftpRequest.MaxLength];
        var count = socket.Receive(datagram, mayWait, out var error);
        if (error == SocketError.Success) Receive(datagram[..count]);
        else if (error == SocketError.ConnectionRefused)
            End(transfer.Heard && transfer.AllSent ? TftpOutcome.Unconfirmed : TftpOutcome.PortClosed);
        return error == SocketError.Success;
    }

    /// <summary>The client sent this.</summary>
    public void Receive(ReadOnlySpan<byte> datagram)
    {
        socket.Received(datagram);
        Do(transfer.Receive(datagram, loop.Now));
    }

    /// <summary>The client sent its request again.</summary>
    public void RequestRepeated() => Do(transfer.RequestRepeated(loop.Now));

    /// <summary>The deadline has passed.</summary>
    public void Expire(TimeSpan now) => Do(transfer.Expire(now));

    /// <summary>Ends it.</summary>
    public void End(TftpOutcome outcome) => Do(transfer.End(outcome));

    private void ContentFilled() => loop.Post(() =>
    {
        if (transfer.Outcome is null && _waiting.Kind == TftpStepKind.Blocks) Do(_waiting);
    });

    private void Do(TftpStep step)
    {
        switch (step.Kind)
        {
            case TftpStepKind.Options:
                socket.Send(terms.OptionAcknowledgement.Span);
                transfer.Sent(loop.Now);
                break;
            case TftpStepKind.Blocks:
                SendBlocks(step);
                break;
            case TftpStepKind.Done:
                Close();
                return;
        }

        loop.Watch(this);
    }

    private void SendBlocks(TftpStep step)
    {
        var content = _content!; // opened before the session starts
        var from = (step.FirstBlock - 1) * terms.BlockSize;
        var to = Math.Min(from + ((long)step.Count * terms.BlockSize), terms.Length);
        if (!content.Has(from, to))
        {
            _waiting = step;
            if (content.Failure is { } failure) End(TftpOutcome.Unreadable(failure.GetType().Name));
            return;
        }

        _waiting = default;
        var scratch = loop.Scratch.AsSpan();
        var used = 0;
        for (var i = 0; i < step.Count; i++)
        {
            if (used + _stride > scratch.Length)
            {
                socket.Send(scratch[..used], _stride);
                used = 0;
            }

            var block = step.FirstBlock + i;
            TftpPacket.WriteDataHeader(scratch[used..], (ushort)block);
            var data = content.Block((block - 1) * terms.BlockSize);
            data.CopyTo(scratch[(used + TftpPacket.DataHeader)..]);
            used += TftpPacket.DataHeader + data.Length;
        }

        socket.Send(scratch[..used], _stride);
        transfer.Sent(loop.Now);
    }

    /// <summary>Lets go of the file and the port.</summary>
    public void Dispose()
    {
        socket.Dispose();
        _content?.Dispose();
        _content = null;
    }

    private void Close()
    {
        if (_content is null) return;
        if (transfer.Outcome is { Error: { } code } outcome) socket.Send(TftpPacket.WriteError(code, outcome.Words));
        loop.Remove(this);
        Dispose();
        ended(this);
    }
}
