using System.Net;
using Maas.Hosting.Packages;

namespace Maas.Hosting.Tests.Packages;

public sealed class UpstreamProxyTests
{
    [Fact]
    public void The_password_of_a_proxy_is_not_in_its_address()
    {
        var proxy = UpstreamProxy.Of(new Uri("http://bob:p%40ss@proxy.example:3128/"));

        proxy.GetProxy(new Uri("http://images.example/"))!.AbsoluteUri.Should().Be("http://proxy.example:3128/");
        proxy.Credentials.Should().BeOfType<NetworkCredential>().Which.Should().BeEquivalentTo(
            new { UserName = "bob", Password = "p@ss" });
    }

    [Fact]
    public void A_proxy_of_the_environment_keeps_its_credentials()
    {
        var address = new Uri("http://bob:p%40ss@proxy.example:3128/");
        var secret = new NetworkCredential("bob", "p@ss");
        var proxy = new ProxyWithoutUserInfo(new WebProxy(address) { Credentials = secret });

        proxy.GetProxy(new Uri("http://images.example/"))!.AbsoluteUri.Should().Be("http://proxy.example:3128/");
        proxy.Credentials.Should().BeSameAs(secret);
    }

    [Fact]
    public void A_proxy_without_a_user_has_no_credentials() =>
        UpstreamProxy.Of(new Uri("http://proxy.example:3128/")).Credentials.Should().BeNull();
}
