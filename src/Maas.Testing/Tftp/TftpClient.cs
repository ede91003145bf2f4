using System.Buffers;
using System.Net;
using Maas.Testing.Network;

namespace Maas.Testing.Tftp;

/// <summary>
/// A TFTP client that fetches files (RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440), for tests and load; it can be told to
/// ask as a given firmware does.
/// </summary>
/// <example><code>
/// await using var file = File.Create("snponly.efi");
/// await new TftpClient(new() { BlockSize = 1468, WindowSize = 4 }).FetchAsync(new IPEndPoint(server, 69), "snponly.efi", file);
/// </code></example>
public sealed class TftpClient(TftpClientOptions? options = null, TimeProvider? timeProvider = null)
{
    private const int MostDoublings = 3;

    private readonly TftpClientOptions _options = options ?? new();
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly Func<IPAddress, ClientSocket> _open = ClientSocket.Bind;

    internal TftpClient(TftpClientOptions options, TimeProvider timeProvider, Func<IPAddress, ClientSocket> open)
        : this(options, timeProvider) => _open = open;

    /// <summary>Fetches a file and returns its length in bytes.</summary>
    /// <exception cref="TftpException">The server refused, fell silent, or sent what no server may.</exception>
    public Task<long> FetchAsync(IPEndPoint server, string name, Stream destination, CancellationToken cancellationToken = default) =>
        TransferAsync(server, name, destination, cancellationToken);

    /// <summary>
    /// Asks for a file's length and breaks the transfer off, as UEFI does before it loads a file; -1 when the server does not tell.
    /// </summary>
    /// <exception cref="TftpException">The server refused or fell silent.</exception>
    public Task<long> AskLengthAsync(IPEndPoint server, string name, CancellationToken cancellationToken = default) =>
        TransferAsync(server, name, null, cancellationToken);

    // Without a destination the transfer ends when its terms are known.
    private async Task<long> TransferAsync(IPEndPoint server, string name, Stream? destination, CancellationToken cancellationToken)
    {
        using var path = new FaultyPath(_open(_options.LocalAddress), _options.Faults);
        var buffer = ArrayPool<byte>.Shared.Rent(4 + Math.Max(_options.BlockSize ?? 0, 1500));
        try
        {
            var transfer = new TftpReception(destination is null ? _options with { AskSize = true } : _options, name);
            var peer = server;
            var silence = 0;
            while (!transfer.IsDone)
            {
                if (transfer.Reply is { } reply) await path.SendAsync(reply, peer, cancellationToken).ConfigureAwait(false);
                transfer.Sent();
                if (await HearAsync(path, buffer, _options.Patience * (1 << Math.Min(silence, MostDoublings)), cancellationToken)
                    .ConfigureAwait(false) is not { } heard)
                {
                    if (++silence > _options.Repetitions)
                        throw new TftpException($"{server} fell silent after {transfer.Length} bytes of {name}.");
                    transfer.Repeat();
                    continue;
                }

                // The server's first answer comes from the port of this transfer (RFC 1350 section 4); others have no business here.
                if (!transfer.HasBegun && heard.From.Address.Equals(server.Address)) peer = heard.From;
                if (!heard.From.Equals(peer))
                {
                    await path.SendAsync(TftpReception.UnknownTransfer, heard.From, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (transfer.Take(buffer.AsSpan(0, heard.Length), out var data)) silence = 0;
                if (destination is null && transfer.HasBegun)
                {
                    await path.SendAsync(TftpReception.Aborted, peer, cancellationToken).ConfigureAwait(false);
                    return transfer.Announced;
                }

                if (destination is not null && !data.IsEmpty)
                    await destination.WriteAsync(buffer.AsMemory(4, data.Length), cancellationToken).ConfigureAwait(false);
            }

            if (transfer.Reply is { } last) await path.SendAsync(last, peer, cancellationToken).ConfigureAwait(false);
            return transfer.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<(int Length, IPEndPoint From)?> HearAsync(
        FaultyPath path,
        byte[] buffer,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await path.ReceiveAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
