using System.Net;
using Maas.Boot.Dhcp.Firmware;

namespace Maas.Boot.Dhcp;

/// <summary>A link as a conversation sees it: how this server is known there, and where its clients find boot files.</summary>
internal abstract class BootLink(string name, IPAddress server, DhcpLinkOptions options)
{
    public string Name { get; } = name;

    public IPAddress Server { get; } = server;

    public BootFileLocator Boot { get; } = BootFileLocator.On(server, options.Programs, options.TftpServer, options.HttpBase);
}
