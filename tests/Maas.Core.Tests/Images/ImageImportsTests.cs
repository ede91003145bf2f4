using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Core.Tests.Images;

public sealed class ImageImportsTests : IAsyncLifetime
{
    private const string Url = "http://images.example/stable/";

    private TestCore _test = null!; // InitializeAsync
    private FakeBootSources _sources = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MaasCore Core => _test.Core;

    public async ValueTask InitializeAsync()
    {
        _test = await TestCore.OpenAsync();
        _test.BootSources = _sources = new FakeBootSources(() => _test.Options.ImageDirectory!);
        await _test.ReopenAsync();
        _sources.Offers[Url] = [FakeBootSources.Offer("noble", "20261101"), FakeBootSources.Offer("jammy", "20261101")];
    }

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task What_is_selected_is_imported_and_can_be_deployed()
    {
        await SelectAsync("noble");

        var status = await ImportAsync();

        status.Result.Should().Be(ImageImportResult.Succeeded);
        status.Images.Should().ContainSingle().Which.Should().Match<ImageImportItem>(item =>
            item.Name == "ubuntu/noble" && item.Architecture == "amd64/ga-24.04" && item.Version == "20261101"
            && item.State == ImageImportState.Imported && item.Received == item.Size);
        var image = (await Core.BootResources.ListAsync(Token)).Should().ContainSingle().Subject;
        image.Title.Should().Be("Ubuntu noble");
        image.Origin!.SourceUrl.Should().Be(Url);
        image.Origin.Label.Should().Be("stable");
        image.Sets.Should().ContainSingle().Which.Should().Match<BootResourceSet>(set => set.Version == "20261101" && set.File.IsComplete);
        (await Core.BootResources.ChooseAsync("ubuntu", "noble", "amd64/generic", Token))!.ResourceId.Should().Be(image.Id);
        (await EventsAsync()).Should().Contain("Images were imported: 1 new, 0 removed.");
    }

    [Fact]
    public async Task What_is_here_is_not_fetched_again()
    {
        await SelectAsync("noble");
        await ImportAsync();
        _sources.Fetched.Clear();

        var status = await ImportAsync();

        status.Images.Single().State.Should().Be(ImageImportState.Present);
        status.Size.Should().Be(0);
        _sources.Fetched.Should().BeEmpty();
    }

    [Fact]
    public async Task A_new_version_replaces_the_old_one()
    {
        await SelectAsync("noble");
        await ImportAsync();
        var before = (await Core.BootResources.ListAsync(Token)).Single();
        _sources.Offers[Url] = [FakeBootSources.Offer("noble", "20261115")];

        await ImportAsync();

        var after = (await Core.BootResources.ListAsync(Token)).Single();
        after.Id.Should().Be(before.Id);
        after.Sets.Select(set => set.Version).Should().Equal("20261115");
    }

    [Fact]
    public async Task A_version_that_a_machine_is_being_installed_with_stays()
    {
        await SelectAsync("noble");
        await ImportAsync();
        var machine = await _test.ReadyAsync();
        await _test.DoAsync(machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "ubuntu", DistroSeries = "noble" });
        _sources.Offers[Url] = [FakeBootSources.Offer("noble", "20261115")];

        await ImportAsync();

        (await Core.BootResources.ListAsync(Token)).Single().Sets.Select(set => set.Version).Should().Equal("20261101", "20261115");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_image_that_a_machine_loads_into_its_memory_at_each_boot_stays(bool isSelected)
    {
        await SelectAsync("noble");
        await SelectAsync("jammy");
        await ImportAsync();
        var machine = await _test.ReadyAsync();
        await _test.DoAsync(
            machine.Id, new MachineCommand.Deploy("bob") { OsSystem = "ubuntu", DistroSeries = "noble", Ephemeral = true });
        await _test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        (await _test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.Deployed);
        _sources.Offers[Url][0] = FakeBootSources.Offer("noble", "20261115");
        if (!isSelected) await DeselectAsync("noble");

        await ImportAsync();

        (await Core.BootResources.ListAsync(Token)).Single(each => each.Name == "ubuntu/noble").Sets.Select(set => set.Version)
            .Should().Equal(isSelected ? ["20261101", "20261115"] : ["20261101"]);
    }

    [Fact]
    public async Task A_selected_image_that_its_source_offers_no_more_stays_until_it_is_no_longer_selected()
    {
        await SelectAsync("noble");
        await SelectAsync("jammy");
        await ImportAsync();
        _sources.Offers[Url].RemoveAt(0);

        (await ImportAsync()).Failures.Should().Equal($"{Url}: It offers no image for ubuntu/noble that this server imports.");

        (await Core.BootResources.ListAsync(Token)).Should().HaveCount(2);
        await DeselectAsync("noble");
        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);
        (await Core.BootResources.ListAsync(Token)).Should().ContainSingle().Which.Name.Should().Be("ubuntu/jammy");
    }

    [Fact]
    public async Task What_is_no_longer_selected_is_removed_and_uploads_stay()
    {
        await SelectAsync("noble");
        await SelectAsync("jammy");
        await ImportAsync();
        await Core.BootResources.CreateAsync(
            new NewBootResource { Name = "custom/mine", Architecture = "amd64", Size = 1, Sha256 = new string('a', 64) }, Token);
        await DeselectAsync("jammy");

        await ImportAsync();

        (await Core.BootResources.ListAsync(Token)).Select(each => each.Name).Should().BeEquivalentTo("ubuntu/noble", "custom/mine");
        (await EventsAsync()).Should().Contain("Images were imported: 0 new, 1 removed.");
    }

    [Fact]
    public async Task Nothing_is_removed_while_a_source_cannot_be_read()
    {
        await SelectAsync("noble");
        await SelectAsync("jammy");
        await ImportAsync();
        _sources.Offers.Remove(Url);

        var status = await ImportAsync();

        status.Result.Should().Be(ImageImportResult.Failed);
        status.Failures.Should().Equal($"{Url}: Connection refused.");
        (await Core.BootResources.ListAsync(Token)).Should().HaveCount(2);
        await ImportAsync();
        (await EventsAsync()).Where(text => text == $"{Url}: Connection refused.").Should().ContainSingle("a failure is told once");
    }

    [Fact]
    public async Task One_broken_image_does_not_stop_the_others()
    {
        await SelectAsync("noble");
        await SelectAsync("jammy");
        _sources.Broken.Add(_sources.Offers[Url][0].File);

        var status = await ImportAsync();

        status.Failures.Should().Equal($"{Url}: ubuntu/noble amd64/ga-24.04 20261101: The transfer broke.");
        status.Images.Select(item => item.State).Should().Equal(ImageImportState.Failed, ImageImportState.Imported);
        _sources.Pending.Should().Equal(_sources.Offers[Url][0].File);
        (await Core.BootResources.ChooseAsync("ubuntu", "jammy", "amd64", Token)).Should().NotBeNull();
        (await Core.BootResources.ChooseAsync("ubuntu", "noble", "amd64", Token)).Should().BeNull();

        _sources.Broken.Clear();
        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);
        (await Core.BootResources.ChooseAsync("ubuntu", "noble", "amd64", Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_full_disk_is_reported_before_anything_is_fetched()
    {
        await SelectAsync("noble");
        _sources.IsFull = true;

        (await ImportAsync()).Failures.Should().Equal($"{Url}: The disk is full.");

        _sources.Fetched.Should().BeEmpty();
    }

    [Fact]
    public async Task A_selection_that_finds_nothing_is_a_failure()
    {
        await SelectAsync("noble", ["riscv64"]);

        (await ImportAsync()).Failures.Should().Equal($"{Url}: It offers no image for ubuntu/noble that this server imports.");
    }

    [Fact]
    public async Task A_server_without_selections_contacts_no_source()
    {
        await AddSourceAsync();
        _sources.Offers.Clear();

        (await ImportAsync()).Should().Match<ImageImportStatus>(status =>
            status.Result == ImageImportResult.Succeeded && status.Images.Count == 0);
    }

    [Fact]
    public async Task The_last_selection_takes_the_failures_of_its_source_with_it()
    {
        await SelectAsync("noble");
        _sources.Offers.Clear();
        (await ImportAsync()).Failures.Should().ContainSingle();
        _sources.Kept.Should().Equal(Url);
        await DeselectAsync("noble");

        await Core.ImageImports.PassAsync(Token);

        var status = await Core.ImageImports.GetStatusAsync(Token);
        status.Failures.Should().BeEmpty();
        _sources.Kept.Should().BeEmpty();
        _test.Clock.Advance(TimeSpan.FromHours(2));
        await Core.ImageImports.PassAsync(Token);
        (await Core.ImageImports.GetStatusAsync(Token)).Started.Should().Be(status.Started, "nothing is left");
    }

    [Fact]
    public async Task An_image_that_is_deleted_while_it_is_imported_leaves_its_name_free()
    {
        await SelectAsync("noble");
        _sources.Fetching = async (_, _, _) =>
            await Core.BootResources.DeleteAsync((await Core.BootResources.ListAsync(Token)).Single().Id, Token);

        (await ImportAsync()).Failures.Single().Should().EndWith("The image was deleted meanwhile.");

        var upload = new NewBootResource { Name = "ubuntu/noble", Architecture = "amd64/ga-24.04", Size = 1, Sha256 = new string('a', 64) };
        (await Core.BootResources.CreateAsync(upload, Token)).Should().BeOfType<UploadResult.Taken>();
    }

    [Fact]
    public async Task An_origin_without_an_image_does_not_keep_its_name()
    {
        var origin = new ImageOrigin { Name = "ubuntu/noble", Architecture = "amd64/ga-24.04", SourceUrl = Url, Product = "p", Label = "" };
        await Core.Records.SaveAsync(
            new RecordBatch { At = _test.Clock.GetUtcNow(), Changes = [new RecordChange.Insert(ImageOrigin.Table, origin)] }, Token);
        var upload = new NewBootResource { Name = "ubuntu/noble", Architecture = "amd64/ga-24.04", Size = 1, Sha256 = new string('a', 64) };

        (await Core.BootResources.CreateAsync(upload, Token)).Should().BeOfType<UploadResult.Taken>();

        (await Core.BootResources.ListAsync(Token)).Single().Origin.Should().BeNull();
    }

    [Fact]
    public async Task An_image_without_a_kernel_runs_in_memory_only()
    {
        await SelectAsync("noble");
        _sources.Undeployable = "It has no kernel in /boot.";

        await ImportAsync();

        (await Core.BootResources.ListAsync(Token)).Single().Origin!.Undeployable.Should().Be("It has no kernel in /boot.");
        (await Core.BootResources.ChooseAsync("ubuntu", "noble", "amd64", Token)).Should().BeNull();
        IImageChooser chooser = Core.BootResources;
        (await chooser.ChooseForMemoryAsync("ubuntu", "noble", "amd64", Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task An_import_is_stopped_and_continued()
    {
        await SelectAsync("noble");
        await SelectAsync("jammy");
        var begun = new TaskCompletionSource();
        _sources.Fetching = (_, received, stop) =>
        {
            received.Report(5);
            begun.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _test.Clock, stop);
        };
        await Core.ImageImports.RequestAsync(Token);
        var pass = Core.ImageImports.PassAsync(Token);
        await begun.Task;
        (await Core.ImageImports.IsImportingAsync(Token)).Should().BeTrue();
        (await Core.ImageImports.GetStatusAsync(Token)).Images[0].Received.Should().Be(5);

        (await Core.ImageImports.StopAsync(Token)).Should().BeTrue();

        await pass;
        (await Core.ImageImports.GetStatusAsync(Token)).Result.Should().Be(ImageImportResult.Stopped);
        (await Core.ImageImports.IsImportingAsync(Token)).Should().BeFalse();
        (await Core.ImageImports.StopAsync(Token)).Should().BeFalse();
        _sources.Fetching = (_, _, _) => Task.CompletedTask;
        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);
    }

    [Fact]
    public async Task An_import_that_a_restart_interrupts_is_continued()
    {
        await SelectAsync("noble");
        var begun = new TaskCompletionSource();
        _sources.Fetching = (_, _, stop) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _test.Clock, stop);
        };
        using var host = new CancellationTokenSource();
        await Core.ImageImports.RequestAsync(Token);
        var running = Core.ImageImports.RunAsync(host.Token);
        await begun.Task;
        await host.CancelAsync();
        await running;
        await _test.ReopenAsync();
        (await Core.ImageImports.IsImportingAsync(Token)).Should().BeTrue();
        _sources.Fetching = (_, _, _) => Task.CompletedTask;

        await Core.ImageImports.PassAsync(Token);

        (await Core.ImageImports.GetStatusAsync(Token)).Result.Should().Be(ImageImportResult.Succeeded);
        (await Core.BootResources.ChooseAsync("ubuntu", "noble", "amd64", Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_stop_outlives_a_restart()
    {
        await SelectAsync("noble");
        await Core.ImageImports.RequestAsync(Token);
        var begun = new TaskCompletionSource();
        _sources.Fetching = (_, _, stop) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _test.Clock, stop);
        };
        using var host = new CancellationTokenSource();
        var running = Core.ImageImports.RunAsync(host.Token);
        await begun.Task;
        await host.CancelAsync();
        await running;
        (await Core.ImageImports.StopAsync(Token)).Should().BeTrue();
        await _test.ReopenAsync();

        await Core.ImageImports.PassAsync(Token);

        (await Core.ImageImports.GetStatusAsync(Token)).Should().Match<ImageImportStatus>(status =>
            status.Result == ImageImportResult.Stopped && !status.IsRunning && !status.IsStopRequested && status.Ended != null);
        _sources.Fetched.Should().BeEmpty();
        _sources.Fetching = (_, _, _) => Task.CompletedTask;
        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);
    }

    [Fact]
    public async Task Another_host_stops_an_import()
    {
        await SelectAsync("noble");
        var begun = new TaskCompletionSource();
        _sources.Fetching = (_, _, stop) =>
        {
            begun.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _test.Clock, stop);
        };
        await Core.ImageImports.RequestAsync(Token);
        var pass = Core.ImageImports.PassAsync(Token);
        await begun.Task;
        var status = (await Core.Records.ListAsync(new RecordQuery<ImageImportStatus>(ImageImportStatus.Table), Token)).Single();
        await Core.Records.SaveAsync(
            new RecordBatch
            {
                At = _test.Clock.GetUtcNow(),
                Changes = [new RecordChange.Update(ImageImportStatus.Table, status with { IsStopRequested = true })],
            },
            Token);

        while (!pass.IsCompleted)
        {
            _test.Clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        (await Core.ImageImports.GetStatusAsync(Token)).Result.Should().Be(ImageImportResult.Stopped);
    }

    [Fact]
    public async Task Images_are_imported_every_hour_unless_a_setting_says_otherwise()
    {
        await SelectAsync("noble");
        await Core.ImageImports.PassAsync(Token);
        var first = (await Core.ImageImports.GetStatusAsync(Token)).Started;
        first.Should().Be(_test.Clock.GetUtcNow());
        _test.Clock.Advance(TimeSpan.FromMinutes(59));
        await Core.ImageImports.PassAsync(Token);
        (await Core.ImageImports.GetStatusAsync(Token)).Started.Should().Be(first);
        _test.Clock.Advance(TimeSpan.FromMinutes(1));
        await Core.ImageImports.PassAsync(Token);
        (await Core.ImageImports.GetStatusAsync(Token)).Started.Should().Be(first + TimeSpan.FromMinutes(60));

        (await Core.Settings.ChangeAsync(SettingCatalogue.AutomaticImport, "false", Token)).Should().BeNull();
        _test.Clock.Advance(TimeSpan.FromMinutes(61));
        await Core.ImageImports.PassAsync(Token);
        (await Core.ImageImports.GetStatusAsync(Token)).Started.Should().Be(first + TimeSpan.FromMinutes(60));
    }

    [Fact]
    public async Task An_upload_and_an_import_do_not_share_a_name()
    {
        var upload = new NewBootResource { Name = "ubuntu/noble", Architecture = "amd64/ga-24.04", Size = 1, Sha256 = new string('a', 64) };
        var taken = (UploadResult.Taken)await Core.BootResources.CreateAsync(upload, Token);
        await SelectAsync("noble");

        (await ImportAsync()).Failures.Single().Should().EndWith("An image of this name and architecture was uploaded: delete it first.");

        await Core.BootResources.DeleteAsync(taken.Resource.Id, Token);
        (await ImportAsync()).Result.Should().Be(ImageImportResult.Succeeded);
        (await Core.BootResources.CreateAsync(upload, Token)).Should().BeOfType<UploadResult.Refused>().Which.Reason.Should().Contain(Url);
    }

    [Fact]
    public async Task Of_two_sources_the_first_has_the_image()
    {
        const string Other = "http://other.example/";
        await SelectAsync("noble");
        await SelectAsync("noble", url: Other);
        _sources.Offers[Other] = [FakeBootSources.Offer("noble", "20991231")];

        (await ImportAsync()).Images.Should().ContainSingle().Which.Version.Should().Be("20261101");
    }

    [Theory]
    [InlineData("*", "*", "*", true)]
    [InlineData("amd64", "generic", "stable", true)]
    [InlineData("amd64", "ga-24.04", "stable", true)]
    [InlineData("arm64", "*", "*", false)]
    [InlineData("*", "hwe-24.04", "*", false)]
    [InlineData("*", "*", "candidate", false)]
    public void A_selection_admits_what_it_names(string architecture, string subarchitecture, string label, bool isAdmitted)
    {
        var selection = new BootSourceSelection
        {
            OsSystem = "ubuntu", Release = "noble", Architectures = [architecture], Subarchitectures = [subarchitecture], Labels = [label],
        };

        ImageSelections.Admits(selection, FakeBootSources.Offer("noble", "1")).Should().Be(isAdmitted);
        ImageSelections.Admits(selection with { Release = "jammy" }, FakeBootSources.Offer("noble", "1")).Should().BeFalse();
        var any = selection with { OsSystem = "*", Release = "*" };
        ImageSelections.Admits(any, FakeBootSources.Offer("noble", "1")).Should().Be(isAdmitted);
    }

    [Fact]
    public void Of_the_files_of_a_version_the_preferred_one_is_imported()
    {
        var selection = new BootSourceSelection { OsSystem = "ubuntu", Release = "noble" };
        OfferedImage[] files =
        [
            FakeBootSources.Offer("noble", "1", type: "boot-kernel"), FakeBootSources.Offer("noble", "1", type: "root-tgz"),
            FakeBootSources.Offer("noble", "1", type: "squashfs"),
        ];

        ImageSelections.Choose([selection], files).Images.Should().ContainSingle().Which.Resource.FileType.Should().Be("squashfs");
    }

    private async Task<BootSource> AddSourceAsync(string url = Url)
    {
        var known = (await Core.BootSources.Records.ListAsync(Token)).FirstOrDefault(source => source.Url == url);
        if (known is not null) return known;
        var done = await Core.BootSources.Records.CreateAsync(new BootSource { Url = url, KeyringFilename = "/keyring.gpg" }, null, Token);
        return done.Should().BeOfType<RecordEdit<BootSource>.Done>().Subject.Record;
    }

    private async Task SelectAsync(string release, IReadOnlyList<string>? architectures = null, string url = Url)
    {
        var source = await AddSourceAsync(url);
        var selection = new BootSourceSelection
        {
            BootSourceId = source.Id, OsSystem = "ubuntu", Release = release, Architectures = architectures ?? ["*"],
            Subarchitectures = ["*"], Labels = ["*"],
        };
        (await Core.BootSources.Selections.CreateAsync(selection, null, Token)).Should().BeOfType<RecordEdit<BootSourceSelection>.Done>();
    }

    private async Task DeselectAsync(string release)
    {
        var selection = (await Core.BootSources.Selections.ListAsync(Token)).First(each => each.Release == release);
        await Core.BootSources.Selections.DeleteAsync(selection.Id, null, cancellationToken: Token);
    }

    private async Task<ImageImportStatus> ImportAsync()
    {
        await Core.ImageImports.RequestAsync(Token);
        await Core.ImageImports.PassAsync(Token);
        return await Core.ImageImports.GetStatusAsync(Token);
    }

    private async Task<IReadOnlyList<string>> EventsAsync() =>
        [.. (await Core.Events.QueryAsync(new EventQuery(), Token)).Select(each => each.Note.Description)];
}
