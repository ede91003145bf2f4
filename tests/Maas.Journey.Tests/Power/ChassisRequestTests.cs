using VmLab.Power;

namespace Maas.Journey.Tests.Power;

public class ChassisRequestTests
{
    [Fact]
    public void A_question_names_what_it_asks() =>
        ChassisRequest.Parse("get power boot")!.Parameters.Select(parameter => parameter.Name).Should().Equal("power", "boot");

    [Fact]
    public void An_order_has_values() =>
        ChassisRequest.Parse("set power 1 boot pxe")!.Parameters.Should().Equal(("power", "1"), ("boot", "pxe"));

    [Theory]
    [InlineData("")]
    [InlineData("set power")]
    [InlineData("dance now")]
    public void Anything_else_is_nothing(string line) => ChassisRequest.Parse(line).Should().BeNull();
}
