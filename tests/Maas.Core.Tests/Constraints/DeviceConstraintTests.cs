using Maas.Core.Constraints;
using Maas.Core.Inventory;

namespace Maas.Core.Tests.Constraints;

public class DeviceConstraintTests
{
    private static readonly Hardware Server = new()
    {
        PciDevices =
        [
            new PciDevice("0000:01:00.0", "030000", "10de", "1eb8", "nouveau"),
            new PciDevice("0000:02:00.0", "020000", "8086", "1572", "i40e"),
        ],
        UsbDevices = [new UsbDevice("1-1", "0557", "2419", "ATEN Virtual Mouse")],
    };

    [Theory]
    [InlineData("vendor_id=10DE", true)]
    [InlineData("vendor_id=10de,product_id=1eb8", true)]
    [InlineData("vendor_id=10de,product_id=1572", false)]
    [InlineData("vendor_name=nvidia corporation", true)]
    [InlineData("commissioning_driver=i40e,vendor_id=8086", true)]
    [InlineData("product_name=aten virtual mouse", true)]
    [InlineData("vendor_id=", false)]
    public void One_device_has_all_of_the_values(string text, bool matches)
    {
        DeviceConstraint.TryParse(text, out var constraint).Should().BeNull();
        constraint.Matches(Server).Should().Be(matches);
        constraint.Matches(null).Should().BeFalse();
    }

    [Theory]
    [InlineData("bus=1", "Unknown devices constraint: 'bus")]
    [InlineData("vendor_id", "Malformed key/value pair in constraint: 'vendor_id'")]
    [InlineData("vendor_id=1,", "Malformed key/value pair in constraint: ''")]
    public void Another_text_is_refused(string text, string reason) => DeviceConstraint.TryParse(text, out _).Should().Be(reason);
}
