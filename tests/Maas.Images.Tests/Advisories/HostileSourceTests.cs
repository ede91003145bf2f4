using Maas.Images.Downloads;

namespace Maas.Images.Tests.Advisories;

/// <summary>
/// Attacks by the address of an image, named by their advisories. That signed metadata is not rolled back or frozen is in
/// <c>SimplestreamsSourceTests</c> and
/// <c>CloudImageSourceTests</c>.
/// </summary>
public sealed class HostileSourceTests
{
    private static readonly Uri Mirror = new("https://mirror.example/images/");

    [Theory]
    [InlineData("file:///dev/zero")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://mirror.example/image")]
    [InlineData("data:text/plain,image")]
    public async Task CVE_2026_44919_An_image_is_fetched_over_http_and_from_nowhere_else(string address)
    {
        // Ironic took file:///dev/zero, and filled its disk.
        using var http = Downloader.CreateClient();
        var fetch = () => new Downloader(http).FetchSmallAsync([new Uri(address)], 1000, TestContext.Current.CancellationToken);

        await fetch.Should().ThrowAsync<UntrustedArchiveException>();
    }

    [Fact]
    public void CVE_2024_47211_There_is_no_way_to_ask_for_an_image_without_its_hash() // Ironic deployed unverified images
        => typeof(Maas.Images.Import.UrlSource).GetProperty("Hash")!.GetCustomAttributes(false)
            .Should()
            .ContainSingle(attribute => attribute is System.Runtime.CompilerServices.RequiredMemberAttribute);

    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("//other.example/image")]
    [InlineData("file:///etc/passwd")]
    [InlineData("a\\..\\..\\b")]
    [InlineData("a\r\nHost: other.example")]
    public void CWE_23_A_path_in_a_list_stays_below_its_mirror(string path) => RemotePath.TryResolve(Mirror, path).Should().BeNull();

    [Theory]
    [InlineData("%2e%2e/%2e%2e/secret")]
    [InlineData("a?b=c")]
    [InlineData("a#b")]
    public void An_encoded_path_is_a_name_and_no_more(string path) =>
        Mirror.IsBaseOf(RemotePath.TryResolve(Mirror, path)!).Should().BeTrue();
}
