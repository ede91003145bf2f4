namespace Maas.Api.Tests.Machines;

/// <summary><c>op=add_chassis</c> is refused, after MAAS's own checks and in its words.</summary>
public class ChassisOperationTests
{
    [Theory]
    [InlineData("", 400, "No provided chassis_type!")]
    [InlineData("chassis_type=toaster", 400, "Invalid chassis_type: Value must be one of: ")]
    [InlineData("chassis_type=virsh", 400, "No provided hostname!")]
    [InlineData("chassis_type=virsh&hostname=h&username=u", 400, "username can not be specified when using the virsh chassis.")]
    [InlineData("chassis_type=vmware&hostname=h", 400, "No provided username!")]
    [InlineData("chassis_type=vmware&hostname=h&username=u", 400, "No provided password!")]
    [InlineData("chassis_type=proxmox&hostname=h&username=u", 400, "You must use a password or token with Proxmox.")]
    [InlineData("chassis_type=proxmox&hostname=h&username=u&password=p&token_name=n&token_secret=s", 400,
        "You may only use a password or token with Proxmox, not both.")]
    [InlineData("chassis_type=proxmox&hostname=h&username=u&token_name=n", 400, "Proxmox requires both a token_name and token_secret.")]
    [InlineData("chassis_type=mscm&hostname=h&username=u&password=p&prefix_filter=x", 400,
        "prefix_filter is unavailable with the mscm chassis type")]
    [InlineData("chassis_type=virsh&hostname=h&port=1", 400, "port is unavailable with the virsh chassis type")]
    [InlineData("chassis_type=virsh&hostname=h&domain=nowhere", 404, "Unable to find specified domain nowhere")]
    [InlineData("chassis_type=virsh&hostname=h&rack_controller=none", 404, "Unable to find specified rack none")]
    [InlineData("chassis_type=virsh&hostname=qemu%2bssh%3a%2f%2fh%2fsystem", 400,
        "No power driver of this server lists the machines of a virsh")]
    public async Task A_chassis_is_refused(string form, int code, string text)
    {
        await using var host = await ApiHost.StartAsync();
        var fields = form.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => (pair.Split('=')[0], Uri.UnescapeDataString(pair.Split('=')[1]))).ToArray();

        (await host.PostAsync(host.Admin, "machines/?op=add_chassis", fields)).Expect(code).Text.Should().StartWith(text);
        (await host.PostAsync(host.Bob, "machines/?op=add_chassis", fields)).Expect(403);
    }
}
