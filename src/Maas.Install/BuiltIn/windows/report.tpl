param([string] $what)
$ErrorActionPreference = 'Stop'
$metadata = {{ server.metadata_url | quote.powershell }} + 'latest/'
$skew = 0

# The server refuses a request whose time is wrong by more than five minutes; its answers tell the time.
function Send-Maas([hashtable] $body) {
    for ($try = 1; ; $try++) {
        $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
        $oauth = 'OAuth oauth_version="1.0", oauth_signature_method="PLAINTEXT", oauth_consumer_key="' + {{ credentials.consumer_key | quote.powershell }} + '", oauth_token="' + {{ credentials.token_key | quote.powershell }} + '", oauth_signature="%26' + {{ credentials.token_secret | quote.powershell }} + '", oauth_nonce="' + [guid]::NewGuid().ToString() + '", oauth_timestamp="' + ($now + $script:skew) + '"'
        try {
            Invoke-WebRequest -UseBasicParsing -Method Post -Headers @{ Authorization = $oauth } -Uri $metadata -Body $body -TimeoutSec 60 | Out-Null
            return
        } catch {
            if ($try -ge 5) { throw }
            $response = $_.Exception.Response
            if ($response -and $response.Headers['Date']) {
                $script:skew = ([DateTimeOffset] $response.Headers['Date']).ToUnixTimeSeconds() - $now
            }
            Start-Sleep -Seconds (2 * $try)
        }
    }
}

function Stop-Install([string] $reason) {
    Send-Maas @{ op = 'signal'; status = 'FAILED'; error = $reason }
    exit 2
}

# Setup installs to disk 0, and wipes it: nothing but the machine's boot disk may be there.
function Test-Disk {
    $want = {{ disk.serial | quote.powershell }}
    $size = {{ disk.size }}
    $disk = Get-CimInstance Win32_DiskDrive | Where-Object { $_.Index -eq 0 }
    if (-not $disk) { Stop-Install 'The disk to install to was not found: there is no disk 0.' }
    if ($want -ne '') {
        $serial = ([string] $disk.SerialNumber).Trim()
        if ($serial -ne $want) { Stop-Install "The disk to install to was not found: disk 0 has the serial number '$serial', and not '$want'." }
        return
    }
    $fixed = @(Get-CimInstance Win32_DiskDrive | Where-Object { $_.MediaType -eq 'Fixed hard disk media' })
    if ($fixed.Count -ne 1 -or $fixed[0].Index -ne 0) {
        Stop-Install "The disk to install to was not found: without a serial number it must be the only fixed disk, and there are $($fixed.Count)."
    }
    # Windows counts whole cylinders, and leaves out the rest of the disk.
    $cylinder = [Math]::Max(1, [long] $disk.BytesPerSector * $disk.SectorsPerTrack * $disk.TracksPerCylinder)
    if ($size -le 0 -or [long] $disk.Size -gt $size -or [long] $disk.Size -le $size - $cylinder) {
        Stop-Install "The disk to install to was not found: disk 0 has $($disk.Size) bytes, and not $size."
    }
}

switch ($what) {
    'working' { Send-Maas @{ op = 'signal'; status = 'WORKING'; error = 'WinPE runs.' } }
    'alive' {
        for ($signs = {{ alive.count }}; $signs -gt 0; $signs--) {
            Start-Sleep -Seconds {{ alive.interval }}
            try { Send-Maas @{ op = 'signal'; status = 'WORKING' } } catch { Write-Output "No sign of life was sent: $_" }
        }
    }
    'failed' { Send-Maas @{ op = 'signal'; status = 'FAILED'; error = 'Windows Setup failed.' } }
    'netboot_off' {
        try { Send-Maas @{ op = 'netboot_off' } } catch { Stop-Install 'Network boot could not be turned off.' }
    }
    'prepare' {
        Test-Disk
        net use Z: {{ params.share | quote.powershell }} {{ params.share_password | quote.powershell }} ('/user:' + {{ params.share_user | quote.powershell }})
        if ($LASTEXITCODE -ne 0) { Stop-Install 'The share with the installation files could not be connected.' }
    }
}
