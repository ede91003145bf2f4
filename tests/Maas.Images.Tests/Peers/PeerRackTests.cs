using System.Security.Cryptography;
using Maas.Images.Library;
using Maas.Images.Peers;
using Maas.Images.Tests.Downloads;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Peers;

/// <summary>A host that fetches for others of its rack, and one that waits for another.</summary>
public sealed class PeerRackTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private FileServer _first = null!; // set before each test, as the next ones
    private FileServer _second = null!;
    private ImageLibrary _library = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_first, _second) = (await FileServer.StartAsync(), await FileServer.StartAsync());
        _library = ImageLibrary.Open(_folder.Path, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Bytes_are_read_while_they_come()
    {
        var (digest, bytes) = Add(3 * MiB, _first);
        var held = new TaskCompletionSource();
        _first.Cut = (digest.ToString(), 2 * MiB, 1, () => held.Task);
        await using var cache = Open(new() { StallTimeout = TimeSpan.FromHours(1) });

        await using var content = await OpenArrivingAsync(cache, digest, bytes.Length, MiB);
        var some = new byte[MiB];
        await content.ReadExactlyAsync(some, Token);
        var rest = ReadAllAsync(content);
        _library.Contains(digest).Should().BeFalse("the rest is not here");
        rest.IsCompleted.Should().BeFalse();
        held.SetResult();

        some.Should().Equal(bytes[MiB..(2 * MiB)]);
        (await rest).Should().Equal(bytes[(2 * MiB)..]);
        _library.Contains(digest).Should().BeTrue();
    }

    [Fact]
    public async Task Of_wrong_bytes_the_last_one_is_never_read()
    {
        var (digest, bytes) = Add(MiB, _second);
        _first.Files[digest.ToString()] = RandomNumberGenerator.GetBytes(bytes.Length);
        var (held, read) = (new TaskCompletionSource(), new TaskCompletionSource());
        _first.Cut = (digest.ToString(), bytes.Length - 1, 1, () => held.Task);
        var asked = 0;
        _second.Before = _ => ++asked == 1 ? Task.CompletedTask : read.Task; // the last byte comes from it, and the right ones later
        await using var cache = Open(new() { StallTimeout = TimeSpan.FromHours(1), RetryDelay = TimeSpan.Zero });

        await using var content = await OpenArrivingAsync(cache, digest, bytes.Length, 0);
        await content.ReadExactlyAsync(new byte[MiB - 1], Token);
        held.SetResult();
        await FluentActions.Awaiting(() => ReadAllAsync(content)).Should().ThrowAsync<IOException>().WithMessage("*began anew*");
        read.SetResult();

        (await ReadAnewAsync(cache, digest, bytes.Length)).Should().Equal(bytes);
    }

    [Fact]
    public async Task A_blob_that_may_wait_waits_for_one_that_a_reader_needs()
    {
        var (urgent, ahead) = (Add(MiB, _first), Add(MiB, _first));
        var held = new TaskCompletionSource();
        _first.Before = name => name == urgent.Digest.ToString() ? held.Task : Task.CompletedTask;
        await using var cache = Open(new() { StallTimeout = TimeSpan.FromHours(1) });
        var reading = cache.OpenAsync(urgent.Digest, MiB, Token);
        while (_first.Requests.Count == 0) await Task.Yield();

        (await cache.OpenArrivingAsync(ahead.Digest, MiB, 0, PeerNeed.Ahead, Token)).Should().BeOfType<PeerArrival.Later>();

        held.SetResult();
        await (await reading)!.DisposeAsync();
        await using var content = await OpenArrivingAsync(cache, ahead.Digest, MiB, 0);
        (await ReadAllAsync(content)).Should().Equal(ahead.Bytes);
    }

    [Fact]
    public async Task A_blob_that_no_peer_has_fails_for_the_other_host_too()
    {
        var (digest, _) = Add(MiB);
        await using var cache = Open(new());
        PeerArrival arrival;
        while ((arrival = await cache.OpenArrivingAsync(digest, MiB, 0, PeerNeed.Now, Token)) is PeerArrival.Later) await Task.Yield();

        arrival.Should().Be(new PeerArrival.Failed(PeerFetchFailure.NotFound));
    }

    [Fact]
    public async Task A_host_of_the_rack_that_sends_nothing_is_waited_for_a_minute()
    {
        var (digest, bytes) = Add(MiB, _second);
        (_first.Status, _first.RetryAfter) = (503, 1);
        var began = _time.GetUtcNow();
        await using var cache = Open(new()
        {
            RackMember = BehindFirst(digest),
            ConnectTimeout = TimeSpan.FromDays(1), // the clock below is much faster than a connection
            StallTimeout = TimeSpan.FromDays(1),
            Patience = TimeSpan.FromDays(1),
        });

        var reading = cache.OpenAsync(digest, MiB, Token);
        while (!reading.IsCompleted)
        {
            bool isAsked;
            lock (_second.Requests) isAsked = _second.Requests.Count > 0;
            if (!isAsked) _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        (_time.GetUtcNow() - began).Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
        await using var content = (await reading)!;
        (await ReadAllAsync(content)).Should().Equal(bytes);
        _second.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_blob_that_may_wait_is_not_fetched_beside_a_busy_host_of_the_rack()
    {
        var (digest, bytes) = Add(MiB, _second);
        (_first.Status, _first.RetryAfter) = (503, 5);
        await using var cache = Open(new()
        {
            RackMember = BehindFirst(digest), ConnectTimeout = TimeSpan.FromDays(1), StallTimeout = TimeSpan.FromDays(1),
        });

        var fetching = cache.FetchAheadAsync(digest, MiB, Token);
        while (!fetching.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        (await fetching).Should().BeFalse();
        _second.Requests.Should().BeEmpty();
        cache.State.Failed.Should().BeEmpty("it is tried again");
        (_first.Status, _first.Files[digest.ToString()]) = (null, bytes);
        (await cache.FetchAheadAsync(digest, MiB, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task A_dead_host_of_the_rack_is_followed_by_the_next_with_what_has_come()
    {
        var (digest, bytes) = Add(3 * MiB, _first, _second);
        _first.Cut = (digest.ToString(), MiB, 1, async () =>
        {
            while (Parts().Sum(part => part.Length) < MiB) await Task.Yield();
            _first.Status = 500;
        });
        await using var cache = Open(new() { RackMember = BehindFirst(digest), RetryDelay = TimeSpan.Zero, SpareBytes = 0 });

        await using var content = (await cache.OpenAsync(digest, bytes.Length, Token))!;

        (await ReadAllAsync(content)).Should().Equal(bytes);
        _second.Requests.Should().Equal($"{digest} bytes={MiB}-");
    }

    [Fact]
    public async Task Wrong_bytes_of_a_host_of_the_rack_are_refused_and_the_blob_is_fetched_here()
    {
        var (digest, bytes) = Add(MiB, _second);
        _first.Files[digest.ToString()] = RandomNumberGenerator.GetBytes(MiB);
        await using var cache = Open(new() { RackMember = BehindFirst(digest), RetryDelay = TimeSpan.Zero, SpareBytes = 0 });

        await using var content = (await cache.OpenAsync(digest, MiB, Token))!;

        (await ReadAllAsync(content)).Should().Equal(bytes);
        _first.Requests.Should().HaveCount(1, "it is not asked again");
    }

    private static string BehindFirst(Sha256Digest digest) =>
        Enumerable.Range(0, 100).Select(number => $"self{number}").First(self => RackOrder.Before(digest, self, ["first"]).Count == 1);

    private async Task<Stream> OpenArrivingAsync(PeerCache cache, Sha256Digest digest, long length, long position)
    {
        while (true)
        {
            switch (await cache.OpenArrivingAsync(digest, length, position, PeerNeed.Now, Token))
            {
                case PeerArrival.Complete { Content: var content }:
                    content.Position = position;
                    return content;
                case PeerArrival.Partial { Content: var content }:
                    return content;
            }
        }
    }

    /// <summary>Reads from the start as often as the fetch begins anew, as another host does: each server with wrong bytes is a beginning.
    /// </summary>
    private async Task<byte[]> ReadAnewAsync(PeerCache cache, Sha256Digest digest, long length)
    {
        while (true)
        {
            await using var content = await OpenArrivingAsync(cache, digest, length, 0);
            try
            {
                return await ReadAllAsync(content);
            }
            catch (IOException)
            {
                Token.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream content)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }

    private static (Sha256Digest Digest, byte[] Bytes) Add(int length, params IEnumerable<FileServer> servers)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var digest = Sha256Digest.FromHash(SHA256.HashData(bytes));
        foreach (var server in servers) server.Files[digest.ToString()] = bytes;
        return (digest, bytes);
    }

    private PeerCache Open(PeerCacheOptions options) => new(
        _library,
        new PeerKey("0123456789abcdef"u8),
        _ => Task.FromResult<IReadOnlyList<ImagePeer>>(
            [new ImagePeer("first", [_first.Address]) { RackMember = "first" }, new ImagePeer("second", [_second.Address])]),
        options,
        _time)
    {
        FreeBytes = _ => long.MaxValue,
    };

    private FileInfo[] Parts() => new DirectoryInfo(Path.Combine(_folder.Path, "downloads")).GetFiles("*", SearchOption.AllDirectories);
}
