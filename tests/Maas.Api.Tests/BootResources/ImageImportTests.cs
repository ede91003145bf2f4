using System.Text.Json;
using Maas.Core.Tests.Images;

namespace Maas.Api.Tests.BootResources;

public sealed class ImageImportTests
{
    private const string Url = "http://images.example/stable/";

    [Fact]
    public async Task An_import_is_refused_with_words_where_no_source_can_be_read()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "boot-resources/?op=import")).Expect(400).Text.Should().Contain("upload");
        (await host.PostAsync(host.Admin, "boot-resources/?op=stop_import")).Expect(200).Text.Should()
            .Be("No import of boot resources is running");
        (await host.PostAsync(host.Bob, "boot-resources/?op=import")).Expect(403);
    }

    [Fact]
    public async Task Selected_images_are_imported_and_listed_as_synced()
    {
        FakeBootSources? sources = null;
        await using var host = await ApiHost.StartAsync(bootSources: directory => sources = new FakeBootSources(() => directory));
        sources!.Offers[Url] = [FakeBootSources.Offer("noble", "20261101"), FakeBootSources.Offer("jammy", "20261101")];
        await SelectAsync(host, "noble");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ApiHost.Cancellation);

        (await host.PostAsync(host.Admin, "boot-resources/?op=import")).Expect(200).Text.Should().Be("Import of boot resources started");
        (await host.GetAsync(host.Bob, "boot-resources/?op=is_importing")).Expect(200).Text.Should().Be("true");
        var running = host.Core.RunAsync(stop.Token);
        await EndAsync(host);

        var listed = (await host.GetAsync(host.Bob, "boot-resources/?type=synced")).Expect(200).Json[0];
        listed.GetProperty("type").GetString().Should().Be("Synced");
        listed.GetProperty("name").GetString().Should().Be("ubuntu/noble");
        listed.GetProperty("architecture").GetString().Should().Be("amd64/ga-24.04");
        var uri = listed.GetProperty("resource_uri").GetString()!["/MAAS/api/2.0/".Length..];
        var set = (await host.GetAsync(host.Bob, uri)).Expect(200).Json.GetProperty("sets").GetProperty("20261101");
        set.GetProperty("label").GetString().Should().Be("stable");
        set.GetProperty("complete").GetBoolean().Should().BeTrue();
        (await host.GetAsync(host.Bob, "boot-resources/?type=uploaded")).Expect(200).Text.Should().Be("[]");

        var progress = (await host.GetAsync(host.Bob, "boot-resources/?op=import_progress")).Expect(200).Json;
        progress.GetProperty("importing").GetBoolean().Should().BeFalse();
        progress.GetProperty("result").GetString().Should().Be("succeeded");
        progress.GetProperty("failures").GetArrayLength().Should().Be(0);
        progress.GetProperty("images")[0].GetProperty("state").GetString().Should().Be("imported");
        progress.GetProperty("size").GetInt64().Should().Be(progress.GetProperty("received").GetInt64());

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task An_import_is_stopped_and_what_it_announced_takes_no_upload()
    {
        FakeBootSources? sources = null;
        await using var host = await ApiHost.StartAsync(bootSources: directory => sources = new FakeBootSources(() => directory));
        sources!.Offers[Url] = [FakeBootSources.Offer("noble", "20261101")];
        var begun = new TaskCompletionSource();
        sources.Fetching = (_, _, fetching) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, fetching);
        };
        await SelectAsync(host, "noble");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ApiHost.Cancellation);
        var running = host.Core.RunAsync(stop.Token);
        (await host.PostAsync(host.Admin, "boot-resources/?op=import")).Expect(200);
        await begun.Task;
        (await host.PostAsync(host.Bob, "boot-resources/?op=stop_import")).Expect(403);

        (await host.PostAsync(host.Admin, "boot-resources/?op=stop_import")).Expect(200).Text.Should()
            .Be("Import of boot resources is being stopped");

        await EndAsync(host);
        (await host.GetAsync(host.Bob, "boot-resources/?op=import_progress")).Expect(200).Json.GetProperty("result").GetString()
            .Should().Be("stopped");
        var image = (await host.GetAsync(host.Bob, "boot-resources/1/")).Expect(200).Json;
        var file = image.GetProperty("sets").GetProperty("20261101").GetProperty("files").GetProperty("root-tgz");
        file.GetProperty("complete").GetBoolean().Should().BeFalse();
        file.TryGetProperty("upload_uri", out _).Should().BeFalse();
        (await host.SendAsync("PUT", "boot-resources/1/upload/1/", host.Sign(host.Admin), new ByteArrayContent([1]))).Expect(403).Text
            .Should().Be("Cannot upload to a synced resource.");

        await stop.CancelAsync();
        await running;
    }

    private static async Task SelectAsync(ApiHost host, string release)
    {
        (await host.PostAsync(host.Admin, "boot-sources/", ("url", Url), ("keyring_filename", "/keys.gpg"))).Expect(201);
        (await host.PostAsync(host.Admin, "boot-sources/1/selections/", ("os", "ubuntu"), ("release", release))).Expect(200);
    }

    private static async Task EndAsync(ApiHost host)
    {
        JsonElement importing;
        do
        {
            importing = (await host.GetAsync(host.Bob, "boot-resources/?op=is_importing")).Expect(200).Json;
        }
        while (importing.GetBoolean());
    }
}
