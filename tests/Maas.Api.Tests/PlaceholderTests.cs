namespace Maas.Api.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Runs() => true.Should().BeTrue();
}
