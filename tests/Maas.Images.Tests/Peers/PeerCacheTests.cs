using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Maas.Images.Library;
using Maas.Images.Peers;
using Maas.Images.Tests.Downloads;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Peers;

/// <summary>A library that gets what it lacks from servers on loopback.</summary>
public sealed class PeerCacheTests : IAsyncLifetime
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
    public async Task Twenty_readers_at_once_wait_for_one_fetch()
    {
        var (digest, bytes) = Add(2 * MiB, _first);
        var held = new TaskCompletionSource();
        _first.Before = _ => held.Task;
        await using var cache = Open();

        var readers = Enumerable.Range(0, 20).Select(_ => ReadAsync(cache, digest, bytes.Length)).ToList();
        while (_first.Requests.Count == 0) await Task.Yield();
        held.SetResult();

        foreach (var read in await Task.WhenAll(readers)) read.Should().Equal(bytes);
        _first.Requests.Should().Equal($"{digest}");
        cache.State.Should().Match<PeerCacheState>(state => state.Bytes == bytes.Length && state.Fetching == 0 && state.Failed.Count == 0);
        cache.IsCopy(digest).Should().BeTrue();
    }

    [Fact]
    public async Task A_transfer_that_breaks_off_goes_on_where_it_broke()
    {
        var (digest, bytes) = Add(3 * MiB, _first);
        _first.Cut = (digest.ToString(), MiB, 1, ArrivedAsync);
        await using var cache = Open();

        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);

        _first.Requests.Should().Equal($"{digest}", $"{digest} bytes={MiB}-");
    }

    [Fact]
    public async Task When_a_peer_dies_another_one_sends_the_rest()
    {
        var (digest, bytes) = Add(3 * MiB, _first, _second);
        _first.Cut = (digest.ToString(), MiB, 1, () =>
        {
            _first.Status = 500;
            return ArrivedAsync();
        });
        await using var cache = Open();

        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);

        _second.Requests.Should().Equal($"{digest} bytes={MiB}-");
    }

    [Fact]
    public async Task Wrong_bytes_are_never_a_blob_and_another_peer_is_asked()
    {
        var (digest, bytes) = Add(2 * MiB, _second);
        _first.Files[digest.ToString()] = RandomNumberGenerator.GetBytes(bytes.Length);
        await using var cache = Open();
        using var failures = new Failures();

        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);

        _second.Requests.Should().Equal($"{digest}");
        failures.Seen.Should().Contain(("first", "content")).And.NotContain(failure => failure.Peer == "second");
    }

    [Fact]
    public async Task Wrong_bytes_alone_are_a_failure_and_leave_nothing()
    {
        var (digest, bytes) = Add(MiB);
        _first.Files[digest.ToString()] = RandomNumberGenerator.GetBytes(bytes.Length);
        await using var cache = Open();

        (await cache.OpenAsync(digest, bytes.Length, Token)).Should().BeNull();

        _library.Contains(digest).Should().BeFalse();
        cache.State.Failed.Should().Contain(digest, PeerFetchFailure.PeersFailed);
        Files().Should().BeEmpty();
    }

    [Fact]
    public async Task A_blob_that_no_peer_has_is_not_found_and_is_fetched_when_one_has_it()
    {
        var (digest, bytes) = Add(MiB);
        await using var cache = Open();

        (await cache.OpenAsync(digest, bytes.Length, Token)).Should().BeNull();
        cache.State.Failed.Should().Contain(digest, PeerFetchFailure.NotFound);
        _second.Files[digest.ToString()] = bytes;

        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);
        cache.State.Failed.Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_process_that_ended_had_fetched_is_gone_on_with()
    {
        var (digest, bytes) = Add(2 * MiB, _first);
        var (arrived, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        _first.Cut = (digest.ToString(), MiB, 1, () =>
        {
            arrived.TrySetResult();
            return held.Task;
        });
        await using (var killed = Open())
        {
            var reading = killed.OpenAsync(digest, bytes.Length, Token);
            await arrived.Task.WaitAsync(Token);
            await ArrivedAsync();
            _library.Contains(digest).Should().BeFalse("it is not complete");
            await killed.DisposeAsync();
            (await reading).Should().BeNull();
        }

        held.SetResult();
        await using var cache = Open();
        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);

        _first.Requests[^1].Should().Be($"{digest} bytes={MiB}-");
        Files().Should().BeEmpty();
    }

    [Fact]
    public async Task The_copy_that_was_not_used_for_longest_makes_room_but_none_that_is_being_read()
    {
        _first.Headers[PeerCache.CopyHeader] = "original";
        var blobs = Enumerable.Range(0, 4).Select(_ => Add(MiB, _first)).ToList();
        await using var cache = Open(new() { MostBytes = 3 * MiB, SpareBytes = 0 });
        foreach (var (digest, _) in blobs[..3])
        {
            await ReadAsync(cache, digest, MiB);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await using var reader = await cache.OpenAsync(blobs[0].Digest, MiB, Token); // opened last, and read
        _time.Advance(TimeSpan.FromMinutes(1));
        (await ReadAsync(cache, blobs[1].Digest, MiB)).Should().Equal(blobs[1].Bytes);
        (await ReadAsync(cache, blobs[3].Digest, MiB)).Should().Equal(blobs[3].Bytes);
        Present(blobs).Should().Equal(true, true, false, true);

        _time.Advance(TimeSpan.FromMinutes(1));
        await ReadAsync(cache, blobs[1].Digest, MiB);
        _time.Advance(TimeSpan.FromMinutes(1));
        await ReadAsync(cache, blobs[3].Digest, MiB);
        await ReadAsync(cache, blobs[2].Digest, MiB);
        Present(blobs).Should().BeEquivalentTo([true, false, true, true], order => order.WithStrictOrdering(), "the first is being read");
        cache.State.Bytes.Should().Be(3 * MiB);
        var whole = new byte[MiB];
        await reader!.ReadExactlyAsync(whole, Token);
        whole.Should().Equal(blobs[0].Bytes);
    }

    [Fact]
    public async Task A_copy_that_no_peer_has_as_an_original_is_not_removed()
    {
        _first.Headers[PeerCache.CopyHeader] = "copy";
        var (kept, wanted) = (Add(MiB, _first), Add(MiB, _first));
        await using var cache = Open(new() { MostBytes = MiB, SpareBytes = 0 });
        await ReadAsync(cache, kept.Digest, MiB);

        (await cache.OpenAsync(wanted.Digest, MiB, Token)).Should().BeNull();

        _library.Contains(kept.Digest).Should().BeTrue();
        cache.State.Failed.Should().Contain(wanted.Digest, PeerFetchFailure.NoSpace);
    }

    [Fact]
    public async Task What_was_imported_here_does_not_count_and_is_never_removed()
    {
        _first.Headers[PeerCache.CopyHeader] = "original";
        var (imported, fetched) = (RandomNumberGenerator.GetBytes(MiB), Add(MiB, _first));
        var digest = await _library.AddAsync(new MemoryStream(imported), "boot-resource", Token);
        _first.Files[digest.ToString()] = imported;
        await using var cache = Open(new() { MostBytes = MiB, SpareBytes = 0 });

        await ReadAsync(cache, fetched.Digest, MiB);
        await cache.KeepOnlyAsync(new HashSet<Sha256Digest>(), Token);

        _library.Contains(digest).Should().BeTrue();
        _library.Contains(fetched.Digest).Should().BeFalse("nothing wants it any more");
    }

    [Fact]
    public async Task A_fetch_ahead_removes_nothing_and_a_blob_beyond_the_bound_is_not_fetched()
    {
        _first.Headers[PeerCache.CopyHeader] = "original";
        var (small, large) = (Add(MiB, _first), Add((2 * MiB) + 1, _first));
        var other = Add(2 * MiB, _first);
        await using var cache = Open(new() { MostBytes = 2 * MiB, SpareBytes = 0 });

        (await cache.FetchAheadAsync(small.Digest, small.Bytes.Length, Token)).Should().BeTrue();
        (await cache.FetchAheadAsync(other.Digest, other.Bytes.Length, Token)).Should().BeFalse("there is no room without removing one");
        (await cache.OpenAsync(large.Digest, large.Bytes.Length, Token)).Should().BeNull();

        _library.Contains(small.Digest).Should().BeTrue();
        cache.State.Failed.Should().Equal(new Dictionary<Sha256Digest, PeerFetchFailure> { [large.Digest] = PeerFetchFailure.NoSpace });
    }

    [Fact]
    public async Task A_fetch_ahead_gives_way_to_a_blob_that_a_reader_waits_for_and_goes_on_afterwards()
    {
        var (ahead, urgent) = (Add(2 * MiB, _first), Add(MiB, _first));
        var (arrived, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        _first.Cut = (ahead.Digest.ToString(), MiB, 1, () =>
        {
            arrived.TrySetResult();
            return held.Task;
        });
        await using var cache = Open();
        var fetching = cache.FetchAheadAsync(ahead.Digest, ahead.Bytes.Length, Token);
        await arrived.Task.WaitAsync(Token);
        await ArrivedAsync();

        (await ReadAsync(cache, urgent.Digest, MiB)).Should().Equal(urgent.Bytes);
        (await fetching).Should().BeFalse();
        held.SetResult();
        (await cache.FetchAheadAsync(ahead.Digest, ahead.Bytes.Length, Token)).Should().BeTrue();

        _first.Requests[^1].Should().Be($"{ahead.Digest} bytes={MiB}-");
    }

    [Fact]
    public async Task A_reader_that_gives_up_or_waited_long_does_not_end_the_fetch_for_the_others()
    {
        var (digest, bytes) = Add(MiB, _first);
        var held = new TaskCompletionSource();
        _first.Before = _ => held.Task;
        await using var cache = Open(new() { Patience = TimeSpan.FromSeconds(10), StallTimeout = TimeSpan.FromMinutes(1) });
        using var left = new CancellationTokenSource();
        var leaving = cache.OpenAsync(digest, bytes.Length, left.Token);
        var patient = cache.OpenAsync(digest, bytes.Length, Token);
        while (_first.Requests.Count == 0) await Task.Yield();

        await left.CancelAsync();
        await FluentActions.Awaiting(() => leaving).Should().ThrowAsync<OperationCanceledException>();
        _time.Advance(TimeSpan.FromSeconds(11));
        (await patient).Should().BeNull();
        held.SetResult();

        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);
        _first.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_peer_that_cannot_be_asked_may_have_the_blob()
    {
        var (digest, bytes) = Add(MiB);
        var stopped = new ImagePeer("stopped", []);
        await using var cache = Open(peers: [new ImagePeer("first", [_first.Address]), stopped]);
        await using var alone = Open(peers: [stopped]);

        (await cache.OpenAsync(digest, bytes.Length, Token)).Should().BeNull();

        cache.State.Failed.Should().Contain(digest, PeerFetchFailure.PeersFailed);
        await cache.DisposeAsync();
        (await alone.OpenAsync(digest, bytes.Length, Token)).Should().BeNull();
        alone.State.Failed.Should().Contain(digest, PeerFetchFailure.PeersFailed);
    }

    [Fact]
    public async Task A_busy_peer_is_waited_for_and_has_not_failed()
    {
        var (digest, bytes) = Add(MiB, _first);
        (_first.Status, _first.RetryAfter) = (503, 5);
        var began = _time.GetUtcNow();
        await using var cache = Open(new()
        {
            SpareBytes = 0,
            RetryDelay = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromDays(1), // the clock below is much faster than a connection
            StallTimeout = TimeSpan.FromDays(1),
            Patience = TimeSpan.FromDays(1),
        });
        using var failures = new Failures();

        var reading = ReadAsync(cache, digest, bytes.Length);
        while (!reading.IsCompleted)
        {
            int requests;
            lock (_first.Requests) requests = _first.Requests.Count;
            if (requests >= 12) _first.Status = null; // more than there are retries
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        (await reading).Should().Equal(bytes);
        (_time.GetUtcNow() - began).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(55));
        failures.Seen.Should().NotContain(failure => failure.Peer == "first" && failure.Type == "503");
    }

    [Fact]
    public async Task A_peer_with_wrong_bytes_is_asked_at_one_of_its_addresses_and_again_after_an_hour()
    {
        var (digest, bytes) = Add(MiB);
        _first.Files[digest.ToString()] = _first.Files[$"other/{digest}"] = RandomNumberGenerator.GetBytes(bytes.Length);
        await using var cache = Open(peers: [new ImagePeer("first", [_first.Address, _first["other/"]])]);

        (await cache.OpenAsync(digest, bytes.Length, Token)).Should().BeNull();
        (await cache.OpenAsync(digest, bytes.Length, Token)).Should().BeNull();
        _first.Requests.Should().HaveCount(1);
        cache.State.Failed.Should().Contain(digest, PeerFetchFailure.PeersFailed);
        _time.Advance(TimeSpan.FromMinutes(61));
        _first.Files[digest.ToString()] = _first.Files[$"other/{digest}"] = bytes;

        (await ReadAsync(cache, digest, bytes.Length)).Should().Equal(bytes);
    }

    [Fact]
    public async Task Fetches_at_once_leave_the_spare_bytes_free_together()
    {
        var (running, second) = (Add(2 * MiB, _first), Add(2 * MiB, _first));
        var held = new TaskCompletionSource();
        _first.Before = name => name == running.Digest.ToString() ? held.Task : Task.CompletedTask;
        await using var cache = Open(new() { SpareBytes = MiB }, freeBytes: 4 * MiB);
        var reading = ReadAsync(cache, running.Digest, running.Bytes.Length);
        while (_first.Requests.Count == 0) await Task.Yield();

        (await cache.OpenAsync(second.Digest, second.Bytes.Length, Token)).Should().BeNull("3 MiB may come, and 2 are coming");
        cache.State.Failed.Should().Contain(second.Digest, PeerFetchFailure.NoSpace);
        held.SetResult();
        (await reading).Should().Equal(running.Bytes);
        (await ReadAsync(cache, second.Digest, second.Bytes.Length)).Should().Equal(second.Bytes);
    }

    [Fact]
    public async Task No_copy_makes_room_for_a_blob_that_no_peer_has()
    {
        _first.Headers[PeerCache.CopyHeader] = "original";
        var (kept, missing) = (Add(MiB, _first), Add(MiB));
        await using var cache = Open(new() { MostBytes = MiB, SpareBytes = 0 });
        await ReadAsync(cache, kept.Digest, MiB);

        (await cache.OpenAsync(missing.Digest, MiB, Token)).Should().BeNull();

        _library.Contains(kept.Digest).Should().BeTrue();
        cache.State.Failed.Should().Contain(missing.Digest, PeerFetchFailure.NotFound);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_does_not_delay_making_room()
    {
        _second.Headers[PeerCache.CopyHeader] = "original";
        var (kept, wanted) = (Add(MiB, _second), Add(MiB, _second));
        await using var cache = Open(new() { MostBytes = MiB, SpareBytes = 0 });
        await ReadAsync(cache, kept.Digest, MiB);
        var held = new TaskCompletionSource();
        _first.Before = name => name == kept.Digest.ToString() ? held.Task : Task.CompletedTask;

        (await ReadAsync(cache, wanted.Digest, MiB)).Should().Equal(wanted.Bytes); // the clock is at a standstill

        _library.Contains(kept.Digest).Should().BeFalse();
        held.SetResult();
    }

    private (Sha256Digest Digest, byte[] Bytes) Add(int length, params IEnumerable<FileServer> servers)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var digest = Sha256Digest.FromHash(SHA256.HashData(bytes));
        foreach (var server in servers) server.Files[digest.ToString()] = bytes;
        return (digest, bytes);
    }

    private PeerCache Open(PeerCacheOptions? options = null, IReadOnlyList<ImagePeer>? peers = null, long freeBytes = long.MaxValue) => new(
        _library,
        new PeerKey("0123456789abcdef"u8),
        _ => Task.FromResult(peers ?? [new ImagePeer("first", [_first.Address]), new ImagePeer("second", [_second.Address])]),
        options ?? new PeerCacheOptions { SpareBytes = 0, RetryDelay = TimeSpan.Zero },
        _time)
    {
        FreeBytes = _ => freeBytes,
    };

    /// <summary>Waits until a mebibyte is on the disk, which a broken connection does not take back.</summary>
    private async Task ArrivedAsync()
    {
        while (Files().Sum(file => file.Length) < MiB) await Task.Yield();
    }

    private FileInfo[] Files() => new DirectoryInfo(Path.Combine(_folder.Path, "downloads")).GetFiles("*", SearchOption.AllDirectories);

    private IEnumerable<bool> Present(IEnumerable<(Sha256Digest Digest, byte[] Bytes)> blobs) =>
        blobs.Select(blob => _library.Contains(blob.Digest));

    private static async Task<byte[]> ReadAsync(PeerCache cache, Sha256Digest digest, int length)
    {
        await using var content = await cache.OpenAsync(digest, length, Token);
        content.Should().NotBeNull();
        var bytes = new byte[length];
        await content!.ReadExactlyAsync(bytes, Token);
        return bytes;
    }

    /// <summary>The failures by peer that are counted meanwhile.</summary>
    private sealed class Failures : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Failures()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "maas.images.peer.failures") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                lock (Seen) Seen.Add(((string)tags[0].Value!, (string)tags[1].Value!)); // both are set
            });
            _listener.Start();
        }

        public List<(string Peer, string Type)> Seen { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
