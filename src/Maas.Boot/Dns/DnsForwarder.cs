using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Maas.Boot.Dns;

/// <summary>Asks the configured resolvers, one after another, and keeps what they say.</summary>
/// <remarks>
/// Each question leaves from a port of its own with an id of its own, from a socket that hears its resolver alone, and the answer must
/// repeat the question: what RFC 5452 asks against forged answers.
/// </remarks>
internal sealed class DnsForwarder(DnsServerOptions options, TimeProvider timeProvider) : IDisposable
{
    private readonly DnsCache _cache = new(options.CacheEntries, timeProvider);
    private readonly SemaphoreSlim _underWay = new(options.MaxForwarded);

    /// <summary>The answer, as it goes to the client; <see langword="null"/> when no resolver gave one in time.</summary>
    public async Task<byte[]?> AskAsync(DnsQuery query, ReadOnlyMemory<byte> message, bool overTcp, CancellationToken cancellationToken)
    {
        if (_cache.Find(query, message.Span) is { } kept) return kept;
        if (!await _underWay.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false)) return null;
        try
        {
            foreach (var resolver in options.Forwarders)
            {
                if (await AskOneAsync(resolver, query, message, overTcp, cancellationToken).ConfigureAwait(false) is not { } answer)
                    continue;
                _cache.Add(query, message.Span, answer);
                return answer;
            }

            return null;
        }
        finally
        {
            _underWay.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _underWay.Dispose();

    private async Task<byte[]?> AskOneAsync(
        IPEndPoint resolver,
        DnsQuery query,
        ReadOnlyMemory<byte> message,
        bool overTcp,
        CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.ForwardTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var asked = message.ToArray();
        RandomNumberGenerator.Fill(asked.AsSpan(0, 2));
        try
        {
            var answer = overTcp
                ? await OverTcpAsync(resolver, asked, either.Token).ConfigureAwait(false)
                : await OverUdpAsync(resolver, asked, query, either.Token).ConfigureAwait(false);
            if (!Answers(answer, asked, query)) return null;
            BinaryPrimitives.WriteUInt16BigEndian(answer, query.Id);
            DnsResponseLifetime.Clamp(answer);
            return answer;
        }
        catch (SocketException)
        {
            return null; // the next resolver is asked; the client hears of a failure when all are silent
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<byte[]> OverUdpAsync(IPEndPoint resolver, byte[] asked, DnsQuery query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(resolver, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(asked, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[4096];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            // Forged answers are ignored, not believed and not an end: the true one may still come.
            if (Answers(buffer.AsSpan(0, length), asked, query)) return buffer[..length];
        }
    }

    private static async Task<byte[]> OverTcpAsync(IPEndPoint resolver, byte[] asked, CancellationToken cancellationToken)
    {
        using var socket = new Socket(resolver.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(resolver, cancellationToken).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        await DnsTcpFraming.WriteAsync(stream, asked, cancellationToken).ConfigureAwait(false);
        return await DnsTcpFraming.ReadAsync(stream, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException("The resolver closed the connection.");
    }

    private static bool Answers(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> asked, DnsQuery query) =>
        answer.Length >= DnsQuery.HeaderLength + query.QuestionLength
        && answer[..2].SequenceEqual(asked[..2])
        && (answer[2] & 0x80) != 0
        && BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) == 1
        && answer.Slice(DnsQuery.HeaderLength, query.QuestionLength)
            .SequenceEqual(asked.Slice(DnsQuery.HeaderLength, query.QuestionLength));
}
