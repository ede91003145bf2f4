using System.Security.Cryptography;
using Maas.Images.Downloads;
using Maas.Images.Tests.Simplestreams;

namespace Maas.Images.Tests.Import;

public sealed class ImportSessionTests : IAsyncLifetime
{
    private readonly byte[] _kernel = RandomNumberGenerator.GetBytes(5_000);
    private readonly byte[] _squashfs = RandomNumberGenerator.GetBytes(700_000);
    private SyntheticStreams _streams = null!; // InitializeAsync

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _streams = await SyntheticStreams.StartAsync();
        _streams.Publish(
            new()
            {
                ["a"] = SyntheticStreams.Product("noble", "amd64", "stable", ("1", [("boot-kernel", _kernel), ("squashfs", _squashfs)])),
            },
            [("noble/amd64/1/boot-kernel", _kernel), ("noble/amd64/1/squashfs", _squashfs)]);
    }

    public ValueTask DisposeAsync() => _streams.DisposeAsync();

    [Fact]
    public async Task Chosen_files_are_fetched_and_kept_by_another_owner()
    {
        using (var session = await _streams.Import().OpenAsync(_streams.Source(), Cancel))
        {
            session.Files.Select(file => file.Metadata["ftype"]).Should().Equal("boot-kernel", "squashfs");
            session.RequireSpace(session.Files);
            var imported = await session.FetchAsync(session.Files[1], cancellationToken: Cancel);
            (await _streams.Library.ReferAsync(imported.Digest, "mine", Cancel)).Should().BeTrue();
            await session.ReleaseAsync(cancellationToken: Cancel);
        }

        _streams.Library.List().Should().ContainSingle().Which.References.Should().Equal("mine");
        _streams.Server.Requests.Should().NotContain(request => request.Contains("boot-kernel"));
        _streams.Library.HasImport("streams").Should().BeFalse();
    }

    [Fact]
    public async Task What_was_seen_is_remembered_before_anything_is_fetched()
    {
        using (await _streams.Import().OpenAsync(_streams.Source(), Cancel))
        {
            // Nothing is fetched.
        }

        _streams.Publish(new() { ["a"] = SyntheticStreams.Product("noble", "amd64", "stable", ("1", [("squashfs", _squashfs)])) }, [],
            updated: _streams.Time.GetUtcNow() - TimeSpan.FromDays(1));

        await _streams.Invoking(streams => streams.Import().OpenAsync(streams.Source(), Cancel))
            .Should().ThrowAsync<UntrustedArchiveException>().WithMessage("*rolled back*");
    }

    [Fact]
    public async Task Incomplete_files_are_kept_for_those_that_are_pending()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        _streams.Server.Cut = ("squashfs", 30_000, 1000, stop.CancelAsync);
        using var session = await _streams.Import().OpenAsync(_streams.Source(), Cancel);
        await session.Invoking(each => each.FetchAsync(each.Files[1], cancellationToken: stop.Token))
            .Should().ThrowAsync<OperationCanceledException>();

        await session.ReleaseAsync([session.Files[1]], Cancel);
        Parts().Should().ContainSingle();

        await session.ReleaseAsync(cancellationToken: Cancel);
        Parts().Should().BeEmpty();
    }

    private IEnumerable<string> Parts() =>
        Directory.EnumerateFiles(Path.Combine(_streams.LibraryPath, "downloads"), "*", SearchOption.AllDirectories);
}
