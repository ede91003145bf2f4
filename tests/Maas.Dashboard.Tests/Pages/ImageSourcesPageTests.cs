using Bunit;
using Maas.Core.Images;
using Maas.Core.Tests.Images;
using Maas.Dashboard.Pages;

namespace Maas.Dashboard.Tests.Pages;

public sealed class ImageSourcesPageTests
{
    private const string Url = "http://images.example/stable/";

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_source_is_added_chosen_from_edited_and_deleted()
    {
        var sources = new FakeBootSources(() => "");
        sources.Offers[Url] = [FakeBootSources.Offer("noble", "20261101"), FakeBootSources.Offer("noble", "20261101", "arm64")];
        await using var host = await DashboardHost.StartAsync(bootSources: sources);
        await using var context = PageContext.Of(host);
        var page = context.Render<ImageSourcesPage>();
        page.WaitForElement("#source-url").Change(Url);
        page.Find("#source-keyring").Change("-----BEGIN PGP PUBLIC KEY BLOCK-----");
        page.Find("form").Submit();
        page.ShouldSay("The source was added.");
        var source = (await host.Core.BootSources.Records.ListAsync(Cancellation)).Should().ContainSingle().Subject;
        source.KeyringData.Length.Should().BePositive();

        page.Press($"Choose images of {Url}");
        page.ShouldSay("was read");
        page.Find("input[aria-label='ubuntu/noble amd64']").Change(true);
        page.ShouldSay("The selection was changed.");
        page.WaitForAssertion(() => page.Find("input[aria-label='ubuntu/noble arm64']").HasAttribute("disabled").Should().BeFalse());
        page.Find("input[aria-label='ubuntu/noble arm64']").Change(true);
        page.WaitForAssertion(() => Selections(host).Single().Architectures.Should().Equal("amd64", "arm64"));
        page.Find("input[aria-label='ubuntu/noble amd64']").Change(false);
        page.WaitForAssertion(() => Selections(host).Single().Architectures.Should().Equal("arm64"));

        page.Press($"Edit {Url}");
        page.Find("#source-keyring-file").Change("/usr/share/keyrings/mine.gpg");
        page.Find("form").Submit();
        page.ShouldSay("The source was saved.");
        source = (await host.Core.BootSources.Records.GetAsync(source.Id, Cancellation))!;
        source.KeyringFilename.Should().Be("/usr/share/keyrings/mine.gpg");
        source.KeyringData.Length.Should().Be(0);

        page.Confirm($"Delete {Url}");
        page.ShouldSay("was deleted");
        Selections(host).Should().BeEmpty();
    }

    [Fact]
    public async Task An_import_is_started_watched_and_stopped()
    {
        await using var host = await DashboardHost.StartAsync(bootSources: new FakeBootSources(() => ""));
        await using var context = PageContext.Of(host);
        await host.Core.BootSources.Records.CreateAsync(new BootSource { Url = Url, KeyringFilename = "/k.gpg" }, null, Cancellation);
        var page = context.Render<ImageSourcesPage>();

        page.Press("Import now");
        page.ShouldSay("The import was started.");
        page.WaitForAssertion(() => page.Find("[role=status]").TextContent.Should().StartWith("Importing"));
        (await host.Core.ImageImports.IsImportingAsync(Cancellation)).Should().BeTrue();
        page.Press("Stop the import");
        page.ShouldSay("The import is being stopped.");
        (await host.Core.ImageImports.IsImportingAsync(Cancellation)).Should().BeFalse();
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_says_why_and_users_only_look()
    {
        await using var host = await DashboardHost.StartAsync(bootSources: new FakeBootSources(() => ""));
        await host.Core.BootSources.Records.CreateAsync(new BootSource { Url = Url, KeyringFilename = "/k.gpg" }, null, Cancellation);
        await using var context = PageContext.Of(host);
        var page = context.Render<ImageSourcesPage>();
        page.Press($"Choose images of {Url}");
        page.ShouldSay("Connection refused.");

        await using var other = PageContext.Of(host, "bob");
        var view = other.Render<ImageSourcesPage>();
        view.WaitForAssertion(() => view.Markup.Should().Contain(Url));
        view.FindAll("form, button").Should().BeEmpty();
    }

    private static IReadOnlyList<BootSourceSelection> Selections(DashboardHost host) =>
        host.Core.BootSources.Selections.ListAsync(Cancellation).GetAwaiter().GetResult();
}
