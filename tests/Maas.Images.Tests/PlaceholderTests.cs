namespace Maas.Images.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Runs() => true.Should().BeTrue();
}
