using System.Net;
using Maas.Boot.Files;
using Maas.Hosting.BootHttp;
using Microsoft.AspNetCore.Http;

namespace Maas.Hosting.Tests.BootHttp;

public class BootContentTypeTests
{
    [Theory] // UEFI 2.10 section 24.7.2
    [InlineData("snponly.efi", "application/efi")]
    [InlineData("EFI/BOOT/BOOTX64.EFI", "application/efi")]
    [InlineData("x.iso", "application/vnd.efi-iso")]
    [InlineData("x.ISO", "application/vnd.efi-iso")]
    [InlineData("x.img", "application/vnd.efi-img")]
    [InlineData("disk.efi.img", "application/vnd.efi-img")]
    [InlineData("efi", "application/octet-stream")]
    [InlineData("folder.efi/kernel", "application/octet-stream")]
    [InlineData("ipxe/52-54-00-12-34-56", "application/octet-stream")]
    [InlineData("undionly.kpxe", "application/octet-stream")]
    public async Task Firmware_is_told_what_kind_of_file_it_gets(string name, string type)
    {
        foreach (var method in (string[])["GET", "HEAD"])
        {
            var context = new DefaultHttpContext { Request = { Method = method } };
            using var file = BootFile.FromBytes("content"u8.ToArray());
            await BootFileResult.SendAsync(context, file, name, TimeProvider.System);
            (context.Response.StatusCode, context.Response.ContentType).Should().Be(((int)HttpStatusCode.OK, type), method);
        }
    }
}
