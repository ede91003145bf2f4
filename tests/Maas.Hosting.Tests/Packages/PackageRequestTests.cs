using Maas.Hosting.Packages;

namespace Maas.Hosting.Tests.Packages;

public class PackageRequestTests
{
    private static readonly Uri[] Mirrors = [new("http://deb.test/debian"), new("http://other.test:8080/"), new("https://safe.test/x/")];

    [Theory]
    [InlineData("http://deb.test/debian/pool/main/h/hello_1_amd64.deb")]
    [InlineData("http://DEB.test/debian/pool/main/h/hello_1_amd64.UDEB")]
    [InlineData("http://other.test:8080/a.rpm")]
    [InlineData("http://deb.test/debian/dists/x/by-hash/SHA256/0123")]
    [InlineData("https://safe.test/x/a.deb")]
    public void A_file_that_never_changes_is_kept(string url) =>
        PackageRequest.OfProxy("GET", url, Mirrors).Should().Be(new PackageRequest.Kept(new Uri(url)));

    [Theory]
    [InlineData("GET", "http://deb.test/debian/dists/bookworm/InRelease")]
    [InlineData("GET", "http://deb.test/debian/dists/bookworm/by-hash/MD5Sum/0123")]
    [InlineData("GET", "http://other.test:8080/repodata/repomd.xml?x=1")]
    [InlineData("HEAD", "http://deb.test/debian/pool/main/h/hello_1_amd64.deb")]
    public void Indexes_and_questions_go_to_the_mirror(string method, string url) =>
        PackageRequest.OfProxy(method, url, Mirrors).Should().Be(new PackageRequest.Forwarded(new Uri(url)));

    [Theory]
    [InlineData("http://elsewhere.test/debian/a.deb")]
    [InlineData("http://deb.test/debian")]
    [InlineData("http://deb.test/debian2/a.deb")]
    [InlineData("http://deb.test/debian/../secret/a.deb")]
    [InlineData("http://deb.test/debian/%2e%2e/secret/a.deb")]
    [InlineData("http://deb.test/debian/..%2fsecret/a.deb")]
    [InlineData("http://deb.test/debian/..%5Csecret/a.deb")]
    [InlineData("http://deb.test:81/debian/a.deb")]
    [InlineData("https://deb.test/debian/a.deb")]
    [InlineData("http://user:word@deb.test/debian/a.deb")]
    [InlineData("http://deb.test@elsewhere.test/debian/a.deb")]
    [InlineData("http://127.0.0.1:5240/MAAS/api/2.0/machines/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://deb.test/debian/a.deb")]
    public void No_other_address_is_fetched_from(string url) =>
        PackageRequest.OfProxy("GET", url, Mirrors).Should().BeOfType<PackageRequest.Refused>().Which.Status.Should().Be(403);

    [Theory]
    [InlineData("CONNECT", "deb.test:443", 405)]
    [InlineData("POST", "http://deb.test/debian/a.deb", 405)]
    [InlineData("GET", "http://", 400)]
    public void It_neither_tunnels_nor_writes(string method, string target, int status) =>
        PackageRequest.OfProxy(method, target, Mirrors).Should().BeOfType<PackageRequest.Refused>().Which.Status.Should().Be(status);

    [Theory]
    [InlineData("/MAAS/api/2.0/machines/")]
    [InlineData("//deb.test/debian/a.deb")]
    [InlineData("*")]
    public void A_path_is_a_request_to_this_server(string target) => PackageRequest.OfProxy("GET", target, Mirrors).Should().BeNull();

    [Theory]
    [InlineData("deb.test/debian/a%20b.deb", "http://deb.test/debian/a%20b.deb")]
    [InlineData("safe.test/x/a.deb", "https://safe.test/x/a.deb")]
    [InlineData("other.test:8080/a.rpm", "http://other.test:8080/a.rpm")]
    [InlineData("safe.test/y/a.deb", null)]
    [InlineData("deb.test/debian/../a.deb", null)]
    [InlineData("user@deb.test/debian/a.deb", null)]
    [InlineData("", null)]
    [InlineData("/", null)]
    [InlineData("[::", null)]
    public void A_path_below_packages_names_host_and_path(string path, string? url)
    {
        var wanted = PackageRequest.OfPath("GET", path, Mirrors);
        if (url is null) wanted.Should().BeOfType<PackageRequest.Refused>().Which.Status.Should().Be(403);
        else wanted.Should().Be(new PackageRequest.Kept(new Uri(url)));
    }
}
