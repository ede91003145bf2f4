using System.Collections.Concurrent;
using Maas.Core.Images;
using Maas.Core.Records;
using Maas.Core.Tests.Images;

namespace Maas.Postgres.Tests;

/// <summary>Hosts of one database: one of them imports images.</summary>
public sealed class ImageImportTests
{
    private const string Url = "http://images.example/stable/";

    [Fact(Timeout = 60_000)]
    public async Task One_of_two_hosts_imports_and_another_may_ask_and_stop()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var hosts = await TestHosts.OpenAsync(0);
        var (fetched, begun) = (new ConcurrentBag<string>(), new TaskCompletionSource());
        hosts.BootSources = directory => new FakeBootSources(() => directory)
        {
            Offers = { [Url] = [FakeBootSources.Offer("noble", "20261101")] },
            Fetching = async (image, _, fetching) =>
            {
                fetched.Add(image.File);
                if (!begun.TrySetResult()) return;
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, fetching);
            },
        };
        await hosts.AddAsync();
        await hosts.AddAsync();
        await SelectAsync(hosts.Cores[0].BootSources, cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = Task.WhenAll(hosts.Cores.Select(core => core.RunAsync(stop.Token)));

        await hosts.Cores[0].ImageImports.RequestAsync(cancel);
        await begun.Task.WaitAsync(cancel);
        foreach (var core in hosts.Cores) (await core.ImageImports.IsImportingAsync(cancel)).Should().BeTrue();
        // Whichever host leads, one of these two does not.
        foreach (var core in hosts.Cores) await core.ImageImports.StopAsync(cancel);
        await EndAsync(hosts, cancel);
        (await hosts.Cores[1].ImageImports.GetStatusAsync(cancel)).Result.Should().Be(ImageImportResult.Stopped);

        await hosts.Cores[1].ImageImports.RequestAsync(cancel);
        await EndAsync(hosts, cancel);

        (await hosts.Cores[0].ImageImports.GetStatusAsync(cancel)).Result.Should().Be(ImageImportResult.Succeeded);
        fetched.Should().HaveCount(2, "the stopped one and the one that followed it");
        foreach (var core in hosts.Cores) (await core.BootResources.ChooseAsync("ubuntu", "noble", "amd64", cancel)).Should().NotBeNull();
        await stop.CancelAsync();
        await running;
    }

    private static async Task SelectAsync(BootSources sources, CancellationToken cancellationToken)
    {
        var source = (RecordEdit<BootSource>.Done)await sources.Records.CreateAsync(
            new BootSource { Url = Url, KeyringFilename = "/keys.gpg" }, null, cancellationToken);
        (await sources.Selections.CreateAsync(
            new BootSourceSelection { BootSourceId = source.Record.Id, OsSystem = "ubuntu", Release = "noble" }, null, cancellationToken))
            .Should().BeOfType<RecordEdit<BootSourceSelection>.Done>();
    }

    private static async Task EndAsync(TestHosts hosts, CancellationToken cancellationToken)
    {
        while (await hosts.Cores[0].ImageImports.IsImportingAsync(cancellationToken)) await Task.Yield();
    }
}
