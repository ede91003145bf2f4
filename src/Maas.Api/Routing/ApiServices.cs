using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Api.Routing;

/// <summary>What the operations use of the host.</summary>
/// <param name="core">The domain.</param>
/// <param name="options">The limits.</param>
/// <param name="enlistments">Limits how many machines enlist without credentials.</param>
/// <param name="logins">Delays the guessing of passwords.</param>
/// <param name="passwords">Limits how many passwords are checked at once.</param>
/// <param name="loggerFactory">Makes the loggers.</param>
/// <param name="hardwareAddresses">Finds the hardware address of a caller; null where the host cannot know.</param>
/// <param name="captures">Writes captured datagrams of a machine; null where the host captures none.</param>
/// <param name="answerFiles">Writes the answer files of installers; null where the host has no install recipes.</param>
/// <param name="bootPreview">Says what a machine would receive for each boot request; null where the host answers none.</param>
/// <param name="dhcp">The leases of the host; null where it serves no DHCP.</param>
/// <param name="inventory">Reads inventories from management controllers; null where the host has no power drivers.</param>
internal sealed class ApiServices(
    MaasCore core,
    IOptions<MaasApiOptions> options,
    EnlistmentRateLimiter enlistments,
    LoginGuard logins,
    PasswordQueue passwords,
    ILoggerFactory loggerFactory,
    IHardwareAddresses? hardwareAddresses = null,
    IMachineCaptures? captures = null,
    IAnswerFiles? answerFiles = null,
    IBootPreview? bootPreview = null,
    IDhcpStatus? dhcp = null,
    IMachineInventory? inventory = null)
{
    public MaasCore Core => core;

    public MaasApiOptions Options => options.Value;

    public EnlistmentRateLimiter Enlistments => enlistments;

    public LoginGuard Logins => logins;

    public PasswordQueue Passwords => passwords;

    /// <summary>The clock that all hosts of the store have in common.</summary>
    public TimeProvider Time => core.TimeProvider;

    public ILoggerFactory Loggers => loggerFactory;

    public IHardwareAddresses? HardwareAddresses => hardwareAddresses;

    public IMachineCaptures? Captures => captures;

    public IAnswerFiles? AnswerFiles => answerFiles;

    public IBootPreview? BootPreview => bootPreview;

    public IDhcpStatus? Dhcp => dhcp;

    public IMachineInventory? Inventory => inventory;
}
